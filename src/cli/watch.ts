import { type Command, databaseOption } from './command.js';

/** Shows the sessions that other processes run, while they do. */
export const watchCommand: Command = {
  options: [
    databaseOption,
    { flags: '--directory <path>', summary: 'Folder of the journals (default: .realworld)' },
    { flags: '--interval <seconds>', summary: 'Time between two looks (default: 2)' },
    { flags: '--once', summary: 'Look once and end' },
    { flags: '--json', summary: 'Print a line of JSON for each look' },
  ],
  examples: ['watch', 'watch --interval 10', 'watch --once --json'],
  run: async (given, surroundings) => {
    const { watchSessions } = await import('./watching/watch-sessions.js');
    return await watchSessions(given, surroundings);
  },
};
