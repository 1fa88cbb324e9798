import { defineConfig } from 'vitest/config';

// These install packages from the registry, so they are not part of the quick tests.
export default defineConfig({
  test: {
    name: 'package',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    testTimeout: 900_000,
    fileParallelism: false,
  },
});
