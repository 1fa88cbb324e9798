import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfigFile } from '../../src/configuration/config-file.js';
import { settleOptions } from '../../src/options.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** A folder with these files, and the project's own packages in reach of none of them. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

const forms: Readonly<Record<string, string>> = {
  'realworld.config.json': '\uFEFF{ "seed": 7, "limits": { "cpuPercentMax": 80 } }',
  'realworld.config.mjs': 'export default { seed: 7, limits: { cpuPercentMax: 80 } };',
  'realworld.config.js': 'module.exports = { seed: 7, limits: { cpuPercentMax: 80 } };',
  'realworld.config.ts':
    'const seed: number = 7;\nexport default { seed, limits: { cpuPercentMax: 80 } } satisfies object;',
  'realworld.config.mts':
    'enum Percent { most = 80 }\nexport default { seed: 7, limits: { cpuPercentMax: Percent.most } };',
};

describe('the configuration file', () => {
  test.each(Object.keys(forms))('is read from %s', async (name) => {
    const root = folderWith({ [name]: forms[name] ?? '' });
    const file = await loadConfigFile(root);
    expect(file?.path).toBe(join(root, name));
    const { options } = settleOptions({ file, environment: {} });
    expect(options).toMatchObject({ seed: 7, limits: { cpuPercentMax: 80, memoryPercentMax: 95 } });
  });

  test('is not needed', async () => {
    expect(await loadConfigFile(temporaryDirectory())).toBeNull();
  });

  test('names what a TypeScript file imports, so that watch mode sees that change too', async () => {
    const root = folderWith({
      'limits.ts': 'export const limits = { cpuPercentMax: 80 };',
      'realworld.config.ts': "import { limits } from './limits.ts';\nexport default { limits };",
    });
    const file = await loadConfigFile(root);
    expect(file?.options).toEqual({ limits: { cpuPercentMax: 80 } });
    expect(file?.dependencies).toEqual([join(root, 'limits.ts')]);
  });

  test('is read anew when it was changed', async () => {
    const root = folderWith({ 'realworld.config.mjs': 'export default { seed: 1 };' });
    expect((await loadConfigFile(root))?.options).toEqual({ seed: 1 });
    const path = join(root, 'realworld.config.mjs');
    const { utimesSync } = await import('node:fs');
    writeFileSync(path, 'export default { seed: 2 };');
    utimesSync(path, new Date(), new Date(Date.now() + 5_000));
    expect((await loadConfigFile(root))?.options).toEqual({ seed: 2 });
  });

  test.each([
    [{ 'realworld.config.json': '{ "seed": ' }, 'realworld.config.json cannot be read'],
    [{ 'realworld.config.json': '[]' }, 'realworld.config.json has to hold an object'],
    [
      { 'realworld.config.mjs': 'export const seed = 1;' },
      'realworld.config.mjs has to export an object by default',
    ],
    [
      { 'realworld.config.mjs': 'throw new Error("no luck")' },
      'realworld.config.mjs cannot be read: no luck',
    ],
    [{ 'realworld.config.ts': 'export default {' }, 'realworld.config.ts cannot be read'],
    [{ 'realworld.config.ts': '', 'realworld.config.json': '' }, 'There are two configuration files'],
  ])('%o is refused by name', async (files, sentence) => {
    const root = folderWith(files as Readonly<Record<string, string>>);
    await expect(loadConfigFile(root)).rejects.toMatchObject({
      code: 'OPTIONS_INVALID',
      message: expect.stringContaining(sentence),
    });
  });
});
