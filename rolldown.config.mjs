import { defineConfig } from 'rolldown';

// A run loads a handful of files instead of a hundred, and of zod what is used: half of the plugin's time to start.
export default defineConfig({
  input: {
    'fixtures/index': 'dist/fixtures/index.js',
    'fixtures/setup': 'dist/fixtures/setup.js',
    'plugin/index': 'dist/plugin/index.js',
    'reporter/index': 'dist/reporter/index.js',
    'core/index': 'dist/src/index.js',
    'cli/main': 'dist/src/cli/main.js',
  },
  platform: 'node',
  external: [
    /^node:/,
    /^vitest(\/|$)/,
    'better-sqlite3',
    'cac',
    'fast-check',
    'picocolors',
    'systeminformation',
  ],
  treeshake: { moduleSideEffects: [{ test: /[\\/]node_modules[\\/]/, sideEffects: false }] },
  output: {
    dir: 'dist/bundle',
    format: 'esm',
    sourcemap: true,
    chunkFileNames: 'chunks/[name]-[hash].js',
    cleanDir: true,
  },
});
