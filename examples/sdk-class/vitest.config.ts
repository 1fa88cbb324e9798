import { defineConfig } from 'vitest/config';
import { realWorld } from 'vitest-realworld/plugin';

export default defineConfig({
  plugins: [realWorld()],
});
