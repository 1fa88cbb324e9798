import type { Command } from './command.js';

/** Sets an existing project up. */
export const initCommand: Command = {
  options: [
    { flags: '--yes', summary: 'Do not ask, also on a terminal' },
    { flags: '--dry-run', summary: 'Say what would be done, and do nothing' },
  ],
  examples: ['init', 'init --dry-run', 'init --yes'],
  run: async (given, surroundings) => {
    const { initialise } = await import('./setting-up/initialise.js');
    return await initialise(given, surroundings);
  },
};
