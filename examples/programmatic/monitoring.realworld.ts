import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';

realWorld.scenario(
  'finds the same files again and again',
  { kind: 'monitoring' },
  async ({ hub, durationMs, signal }) => {
    const endMs = Date.now() + durationMs;
    do {
      expect((await hub.words.index()).files).toBe(2);
      expect(hub.words.find('mast')).toEqual(['boat.txt', 'sail.txt']);
      await delay(20);
    } while (Date.now() < endMs && !signal.aborted);
  },
);
