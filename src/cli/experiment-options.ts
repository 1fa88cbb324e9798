import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ExperimentError } from '../experiment/experiment-error.js';
import type { ScenarioChoice } from '../experiment/run-scenarios.js';
import { drawSeed } from '../experiment/schedule-pairs.js';
import { msPerMinute } from '../units.js';
import type { CommandOption, Given } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { InterruptedError, withInterrupt } from './interrupt.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

const timeoutMinutes = 15;

/** Options of the commands that run scenarios again and again. */
export const experimentOptions: readonly CommandOption[] = [
  {
    flags: '--scenario <name>',
    summary: 'Only scenarios whose name matches (as vitest -t); may be repeated',
  },
  { flags: '--file <filter>', summary: 'Only scenario files whose path holds this; may be repeated' },
  { flags: '--duration <minutes>', summary: 'How long scenarios that run for a set time go on' },
  { flags: '--timeout <minutes>', summary: `Time limit of one run (default: ${timeoutMinutes})` },
  { flags: '--project <path>', summary: "The project's folder (default: here)" },
  { flags: '--seed <number>', summary: 'Repeats an experiment with the seed that it printed' },
];

export interface ExperimentChoice extends ScenarioChoice {
  readonly project: string;
  readonly seed: number;
}

/** @throws UsageError for what cannot be used */
export function readExperimentOptions(given: Given, { directory }: Surroundings): ExperimentChoice {
  const files = given.texts('file');
  const dashed = files.find((word) => word.startsWith('-'));
  if (dashed !== undefined) {
    throw new UsageError(`Option "--file" takes a part of a path; it was given "${dashed}".`);
  }
  const project = resolve(directory, given.text('project') ?? '.');
  if (statSync(project, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`There is no folder ${project}. Name the project's folder with --project PATH.`);
  }
  const timeout = given.number('timeout', { min: 0.1, max: 10_080 }) ?? timeoutMinutes;
  return {
    project,
    scenarios: given.texts('scenario'),
    files,
    durationMinutes: given.number('duration', { min: 0.001, max: 10_080 }),
    timeoutMs: timeout * msPerMinute,
    seed: given.number('seed', { min: 0, max: 0xffff_ffff, whole: true }) ?? drawSeed(),
  };
}

/** Carries an experiment out; that it cannot be made is the user's matter, and that it was interrupted is no answer. */
export async function carryOut(
  { complain }: Surroundings,
  work: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await withInterrupt(work);
  } catch (thrown) {
    if (thrown instanceof ExperimentError) throw new UsageError(thrown.message, { cause: thrown });
    if (!(thrown instanceof InterruptedError)) throw thrown;
    complain(`${thrown.message}\n`);
    return exitCodes.inconclusive;
  }
}
