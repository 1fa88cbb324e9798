import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadVite } from './installed.js';

const extensions = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];
const names = ['vitest.config', 'vite.config'].flatMap((name) =>
  extensions.map((extension) => `${name}.${extension}`),
);

/** The configuration that Vitest reads in a folder, or null when there is none. */
export function findVitestConfig(root: string): string | null {
  return names.map((name) => join(root, name)).find((path) => existsSync(path)) ?? null;
}

export const pluginName = 'vitest-realworld';

/** Whether the plugin is in a configuration, and what it was given. */
export type PluginInConfig =
  | { readonly state: 'no configuration' }
  | { readonly state: 'no plugin'; readonly path: string }
  | { readonly state: 'present'; readonly path: string; readonly options: object };

interface PluginLike {
  readonly name?: unknown;
  readonly api?: { readonly options?: object };
}

/**
 * Loads the Vitest configuration of a folder and looks for the plugin in it.
 *
 * @param root absolute path
 * @throws what loading the configuration throws
 */
export async function findPlugin(root: string): Promise<PluginInConfig> {
  const path = findVitestConfig(root);
  const vite = path === null ? null : await loadVite(root);
  if (path === null || vite === null) return { state: 'no configuration' };
  const environment = { command: 'serve', mode: 'test' } as const;
  const loaded = await vite.loadConfigFromFile(environment, path, root, 'silent', undefined, 'runner');
  const { plugins } = (loaded?.config ?? {}) as { readonly plugins?: unknown };
  const plugin = (await flatten(plugins)).find(({ name }) => name === pluginName);
  return plugin === undefined
    ? { state: 'no plugin', path }
    : { state: 'present', path, options: plugin.api?.options ?? {} };
}

/** Plugins may be nested in lists, be promised, or be left out with a falsy value. */
async function flatten(plugins: unknown): Promise<readonly PluginLike[]> {
  const given: unknown = await plugins;
  if (Array.isArray(given)) return (await Promise.all(given.map(flatten))).flat();
  return typeof given === 'object' && given !== null ? [given] : [];
}
