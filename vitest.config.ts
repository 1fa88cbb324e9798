import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'unit', include: ['tests/**/*.test.ts', 'hub/tests/**/*.test.ts'], testTimeout: 60_000 },
});
