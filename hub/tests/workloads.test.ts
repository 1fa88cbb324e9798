import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { workloads } from '../scenarios/workloads/index.js';

it('every capability of the hub has its typical work, which the suites put side by side', () => {
  const capabilities = readdirSync(new URL('../capabilities', import.meta.url));
  expect(workloads.map(({ capability }) => capability).sort()).toEqual(capabilities.sort());
});
