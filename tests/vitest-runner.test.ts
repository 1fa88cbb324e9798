import { getCurrentTest } from '@vitest/runner';
import { expect, TestRunner, test } from 'vitest';

// The shipped code takes the runner from `vitest`, because `@vitest/runner` has no stable line for Vitest 5.
test('@vitest/runner and the runner of Vitest 4 know the same current test', () => {
  const name = '@vitest/runner and the runner of Vitest 4 know the same current test';
  expect(getCurrentTest()?.name).toBe(name);
  expect(TestRunner.getCurrentTest()).toBe(getCurrentTest());
});
