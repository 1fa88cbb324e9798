import { type Command, jsonOption } from './command.js';
import { settingFlags } from './setting-flags.js';

/** Runs the scenarios of this project, or the hub's own on any codebase. */
export const runCommand: Command = {
  options: [
    ...settingFlags,
    { flags: '--scenario <name>', summary: 'Only scenarios whose name matches (as vitest -t)' },
    { flags: '--save-report <file>', summary: 'Write the report here too, as JSON when it ends in .json' },
    jsonOption,
  ],
  examples: [
    'run',
    'run --project ../shop --duration 10',
    'run --duration 60 --monitor-interval 60 --save-report nightly.txt',
    'run checkout --seed 7 --gate --quiet',
    'run --no-report --json',
  ],
  run: async (given, surroundings) => {
    const { runScenarios } = await import('./running/run-scenarios.js');
    return await runScenarios(given, surroundings);
  },
};
