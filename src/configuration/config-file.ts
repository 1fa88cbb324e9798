import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, RealWorldError } from '../errors.js';
import type { ConfigFile } from '../options.js';
import { loadVite } from './installed.js';

const names = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `realworld.config.${extension}`);

/**
 * The configuration file of a project.
 *
 * @param root absolute path of the folder that it lies in
 * @throws RealWorldError `OPTIONS_INVALID` when there are several
 */
export function findConfigFile(root: string): string | null {
  const [first, second] = names.map((name) => join(root, name)).filter((path) => existsSync(path));
  if (second !== undefined) {
    throw new RealWorldError(
      'OPTIONS_INVALID',
      `There are two configuration files, ${first} and ${second}. Remove one of them.`,
    );
  }
  return first ?? null;
}

/**
 * Reads the configuration file of a project; TypeScript is read by the project's Vite.
 *
 * @param root absolute path
 * @throws RealWorldError `OPTIONS_INVALID`, naming the file
 */
export async function loadConfigFile(root: string): Promise<ConfigFile | null> {
  const path = findConfigFile(root);
  if (path === null) return null;
  const { options, dependencies } = await readModule(path, root);
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) {
    return { path, options, dependencies };
  }
  throw new RealWorldError(
    'OPTIONS_INVALID',
    extname(path) === '.json'
      ? `${path} has to hold an object, such as { "durationMinutes": 1 }.`
      : `${path} has to export an object by default, such as: export default { durationMinutes: 1 };`,
  );
}

interface ReadModule {
  readonly options: unknown;
  readonly dependencies: readonly string[];
}

async function readModule(path: string, root: string): Promise<ReadModule> {
  try {
    switch (extname(path)) {
      case '.json':
        return { options: JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')), dependencies: [] };
      case '.js':
      case '.mjs':
        return { options: await importNow(path), dependencies: [] };
      default:
        return await readByVite(path, root);
    }
  } catch (thrown) {
    if (thrown instanceof RealWorldError) throw thrown;
    throw new RealWorldError(
      'OPTIONS_INVALID',
      `The configuration file ${path} cannot be read: ${messageOf(thrown)}.`,
      { cause: thrown },
    );
  }
}

/** A module that was changed is loaded anew; watch mode asks again in the same process. */
async function importNow(path: string): Promise<unknown> {
  const { href } = pathToFileURL(path);
  const module = (await import(`${href}?changed=${statSync(path).mtimeMs}`)) as { default?: unknown };
  return await module.default;
}

async function readByVite(path: string, root: string): Promise<ReadModule> {
  const vite = await loadVite(root);
  if (vite === null) {
    throw new RealWorldError(
      'OPTIONS_INVALID',
      `${path} is TypeScript, which is read by Vite, and there is no Vitest in ${root}. Install it, or write realworld.config.json.`,
    );
  }
  const environment = { command: 'serve', mode: 'test' } as const;
  // Vite's other loader writes a file into the project.
  const loaded = await vite.loadConfigFromFile(environment, path, root, 'silent', undefined, 'runner');
  return {
    options: loaded?.config,
    dependencies: (loaded?.dependencies ?? []).filter((dependency) => relative(path, dependency) !== ''),
  };
}
