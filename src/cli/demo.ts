import type { Command } from './command.js';

/** A guided tour on a small system. */
export const demoCommand: Command = {
  options: [
    { flags: '--no-pause', summary: 'Do not wait for Enter between the steps; a pipe never waits' },
    { flags: '--duration <minutes>', summary: 'How long each of the two runs is under load (default: 0.25)' },
    { flags: '--keep', summary: 'Leave the folder of the tour, with its database and reports' },
  ],
  examples: ['demo', 'demo --no-pause', 'demo --keep --duration 1'],
  run: async (given, surroundings) => {
    const { takeTour } = await import('./touring/take-tour.js');
    return await takeTour(given, surroundings);
  },
};
