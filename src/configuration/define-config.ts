import type { RealWorldOptions } from '../options-schema.js';

/** Gives the options of a `realworld.config.ts` their types; it returns them as they are. */
export function defineConfig(options: RealWorldOptions): RealWorldOptions {
  return options;
}

export type { RealWorldOptions } from '../options-schema.js';
