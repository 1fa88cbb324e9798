import { type Command, jsonOption } from './command.js';
import { settingFlags } from './setting-flags.js';

/** Shows which options are in force, and where each comes from. */
export const configCommand: Command = {
  options: [...settingFlags, jsonOption],
  examples: ['config', 'config --json', 'config --duration 10'],
  run: async (given, surroundings) => {
    const { showConfiguration } = await import('./running/show-configuration.js');
    return await showConfiguration(given, surroundings);
  },
};
