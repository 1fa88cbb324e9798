import type { Plugin } from 'vitest/config';
import type { RealWorldOptions } from '../src/options.js';
import { realWorld } from './real-world-plugin.js';

/** A plugin that does what `realWorld(options)` does, unless the project's own configuration does it. */
export function supplyPlugin(options: RealWorldOptions = {}): { readonly plugin: Plugin; isUsed(): boolean } {
  let used = false;
  const plugin: Plugin = {
    name: 'vitest-realworld:supplied',
    async config(config, environment) {
      if (await holdsOwnPlugin(config.plugins)) return null;
      used = true;
      const { config: hook } = realWorld(options);
      return typeof hook === 'function' ? hook.call(this, config, environment) : null;
    },
  };
  return { plugin, isUsed: () => used };
}

/** A configuration holds plugins in lists of lists, and promises of them. */
async function holdsOwnPlugin(listed: unknown): Promise<boolean> {
  const entry: unknown = await listed;
  if (Array.isArray(entry)) {
    const found = await Promise.all(entry.map(holdsOwnPlugin));
    return found.includes(true);
  }
  return typeof entry === 'object' && entry !== null && 'name' in entry && entry.name === 'vitest-realworld';
}
