import { describe, expect, test } from 'vitest';
import { addPlugin } from '../../src/cli/setting-up/edit-vitest-config.js';
import { loadVite } from '../../src/configuration/installed.js';

const vite = await loadVite(import.meta.dirname);

function edit(text: string, call = '') {
  return addPlugin(text, (source) => vite?.parseAst(source, { lang: 'ts' }), call);
}

const line = "import { realWorld } from 'vitest-realworld/plugin';";

describe('the plugin line', () => {
  test.each([
    [
      'is added to a list of plugins',
      `import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';

// https://vite.dev/config/
export default defineConfig({
  plugins: [react()], // keep
  test: { environment: 'jsdom' },
});
`,
      `import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';
${line}

// https://vite.dev/config/
export default defineConfig({
  plugins: [react(), realWorld()], // keep
  test: { environment: 'jsdom' },
});
`,
    ],
    [
      'takes over how the file is written',
      'import { defineConfig } from "vitest/config"\n\nexport default defineConfig({\n    plugins: [\n        a(),\n        b(),\n    ],\n})\n',
      'import { defineConfig } from "vitest/config"\nimport { realWorld } from "vitest-realworld/plugin"\n\nexport default defineConfig({\n    plugins: [\n        a(),\n        b(),\n        realWorld(),\n    ],\n})\n',
    ],
    [
      'begins a list where there is none',
      `/// <reference types="vitest" />\nexport default {\n  test: {},\n} satisfies object;\n`,
      `/// <reference types="vitest" />\n${line}\nexport default {\n  plugins: [realWorld()],\n  test: {},\n} satisfies object;\n`,
    ],
    [
      'fills an empty list and an empty object',
      'export default { plugins: [] };',
      `${line}\nexport default { plugins: [realWorld()] };`,
    ],
    [
      'is all of an empty object',
      'export default {};',
      `${line}\nexport default { plugins: [realWorld()] };`,
    ],
    [
      'stands beside plugins that are made elsewhere',
      `import { plugins } from './plugins';\nexport default { plugins };\n`,
      `import { plugins } from './plugins';\n${line}\nexport default { plugins: [plugins, realWorld()] };\n`,
    ],
    [
      'is found a place through functions, variables and mergeConfig',
      `import base from './vite.config';\nconst own = defineConfig(async ({ mode }) => {\n  const x = 1;\n  return { plugins: [x] };\n});\nexport default mergeConfig(base, own);\n`,
      `import base from './vite.config';\n${line}\nconst own = defineConfig(async ({ mode }) => {\n  const x = 1;\n  return { plugins: [x, realWorld()] };\n});\nexport default mergeConfig(base, own);\n`,
    ],
    [
      'has another name where its own is taken',
      `const realWorld = 1;\nexport default { plugins: [] };\n`,
      `import { realWorld as realWorldPlugin } from 'vitest-realworld/plugin';\nconst realWorld = 1;\nexport default { plugins: [realWorldPlugin()] };\n`,
    ],
    [
      'keeps the ends of lines',
      `import a from 'a';\r\nexport default {\r\n  plugins: [a()],\r\n};\r\n`,
      `import a from 'a';\r\n${line}\r\nexport default {\r\n  plugins: [a(), realWorld()],\r\n};\r\n`,
    ],
  ])('%s', (_what, before, after) => {
    expect(edit(before)).toEqual({ outcome: 'edited', text: after });
    expect(edit(after)).toEqual({ outcome: 'present' });
  });

  test.each([
    ['module.exports = { plugins: [] };', 'what it exports is not an object that is written out'],
    ['export default makeConfig();', 'what it exports is not an object that is written out'],
    [
      'export default ({ mode }) => { if (mode) return {}; return { plugins: [] }; };',
      'what it exports is not an object that is written out',
    ],
    ['const base = {};\nexport default { ...base };', 'its options are put together from others'],
    ['export default {', 'it cannot be read as a module'],
  ])('is not added to %s', (text, reason) => {
    expect(edit(text)).toEqual({ outcome: 'refused', reason });
  });
});
