import { readFileSync } from 'node:fs';
import { build } from 'rolldown';

// A run loads a handful of files instead of a hundred, and of zod what is used: half of the plugin's time to start.
const program = {
  logLevel: 'warn',
  input: {
    'fixtures/index': 'dist/fixtures/index.js',
    'fixtures/setup': 'dist/fixtures/setup.js',
    'plugin/index': 'dist/plugin/index.js',
    'plugin/session-process': 'dist/plugin/session-process.js',
    'reporter/index': 'dist/reporter/index.js',
    'core/index': 'dist/src/index.js',
    'config/index': 'dist/src/configuration/define-config.js',
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
};

const sheets = ['node_modules/uplot/dist/uPlot.min.css', 'src/report/html/page/page.css'];

// The script and the style of the HTML report: text that the renderer puts into the page.
const page = {
  logLevel: 'warn',
  input: { 'realworld-page': 'src/report/html/page/main.ts' },
  platform: 'browser',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  plugins: [
    {
      name: 'page-style',
      generateBundle() {
        const source = sheets.map((sheet) => readFileSync(sheet, 'utf8')).join('\n');
        this.emitFile({ type: 'asset', fileName: 'realworld-page.css', source });
      },
    },
  ],
  output: {
    dir: 'dist/page',
    format: 'iife',
    minify: true,
    entryFileNames: '[name].js',
    postBanner: `/*! Charts: uPlot\n${readFileSync('node_modules/uplot/LICENSE', 'utf8')}*/`,
    cleanDir: true,
  },
};

await build([program, page]);
