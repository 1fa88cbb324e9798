import { type Command, databaseOption, jsonOption } from './command.js';

/** Checks that all is there for a run. */
export const verifyCommand: Command = {
  options: [databaseOption, jsonOption],
  examples: ['verify', 'verify --json'],
  run: async (given, surroundings) => {
    const { verify } = await import('./verifying/verify-system.js');
    return await verify(given, surroundings);
  },
};
