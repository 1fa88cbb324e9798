import { defineConfig } from 'vitest/config';
import { realWorld } from 'vitest-realworld/plugin';

export default defineConfig({
  plugins: [
    realWorld({
      hub: 'vitest-realworld-hub',
      workspace: 'node_modules/three',
      // The load suite is meant to take all of the processors.
      limits: { cpuPercentMax: 100 },
      include: ['hub/scenarios/*.realworld.ts'],
    }),
  ],
  test: {
    name: 'unit',
    include: ['tests/**/*.test.ts', 'hub/tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'tests/package/**'],
    // Most of them wait for runs in processes of their own.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // The hub runs as it is published: built, and not through Vite's module runner, which would slow it down.
    server: { deps: { external: [/\/hub\/dist\//] } },
  },
});
