import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calibrate, runsMin } from '../experiment/calibrate.js';
import { ExperimentError } from '../experiment/experiment-error.js';
import type { RunResult, RunScenario } from '../experiment/run-result.js';
import { runScenarios } from '../experiment/run-scenarios.js';
import { runSeed } from '../experiment/schedule-pairs.js';
import type { SessionStatistic } from '../history.js';
import { renderCalibration } from '../report/calibrate-text.js';
import { toPlainText } from '../report/plain-text.js';
import { type Command, type Given, jsonOption } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import {
  carryOut,
  type ExperimentChoice,
  experimentOptions,
  readExperimentOptions,
} from './experiment-options.js';
import type { Surroundings } from './surroundings.js';

const runsDefault = 12;
/** Runs that may be thrown away before the machine is called too busy. */
const disturbedMax = 5;

/** Runs the scenarios against themselves and tells what the verdicts on this machine are worth. */
export const calibrateCommand: Command = {
  options: [
    { flags: '--runs <n>', summary: `Runs that count, from ${runsMin} (default: ${runsDefault})` },
    ...experimentOptions,
    jsonOption,
  ],
  examples: ['calibrate', "calibrate --runs 20 --scenario 'sells' --json"],
  run: carryOutCalibration,
};

async function carryOutCalibration(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const choice = readExperimentOptions(given, surroundings);
  const runs = given.number('runs', { min: 1, max: 200, whole: true }) ?? runsDefault;
  return await carryOut(surroundings, async (signal) => {
    const measured = await measureRuns({ ...choice, runs, signal }, (sentence) =>
      surroundings.complain(`calibrate: ${toPlainText(sentence)}\n`),
    );
    const report = calibrate(measured.statistics, { seed: choice.seed, runsDisturbed: measured.disturbed });
    surroundings.print(
      given.has('json') ? `${JSON.stringify(report, null, 2)}\n` : renderCalibration(report),
    );
    return report.verdict === 'measured' ? exitCodes.fine : exitCodes.inconclusive;
  });
}

interface MeasuredRuns {
  readonly statistics: readonly (readonly SessionStatistic[])[];
  readonly disturbed: number;
}

/** A run that warms up, and then those that count, each with the same seed: the code and its work are the same. */
async function measureRuns(
  choice: ExperimentChoice & { readonly runs: number; readonly signal: AbortSignal },
  onProgress: (sentence: string) => void,
): Promise<MeasuredRuns> {
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'realworld-calibrate-'));
  const statistics: (readonly SessionStatistic[])[] = [];
  let disturbed = 0;
  try {
    const seed = runSeed(choice.seed, 'calibrate');
    requireMeasured(await runScenarios({ ...choice, seed, scratch }));
    onProgress('warmed up');
    while (statistics.length < choice.runs && disturbed <= disturbedMax) {
      const result = await runScenarios({ ...choice, seed, scratch });
      if (result.state === 'disturbed') {
        disturbed++;
        onProgress(`a run does not count: ${result.reason}`);
        continue;
      }
      statistics.push(requireMeasured(result));
      onProgress(`run ${statistics.length} of ${choice.runs}`);
    }
    return { statistics, disturbed };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @throws ExperimentError for a run that was broken, or in which a scenario failed */
function requireMeasured(result: RunResult): readonly SessionStatistic[] {
  if (result.state === 'disturbed') return [];
  if (result.state === 'broken') {
    throw new ExperimentError('RUN_WITHOUT_SESSION', `The scenarios cannot be run: ${result.reason}`);
  }
  const failed = result.scenarios.find(
    ({ outcome }: RunScenario) => outcome !== 'passed' && outcome !== 'skipped',
  );
  if (!result.scenarios.some(({ outcome }) => outcome === 'passed')) {
    throw new ExperimentError('SCENARIO_NONE', 'No scenario ran. Choose others with --scenario or --file.');
  }
  if (failed === undefined) return result.statistics;
  throw new ExperimentError(
    'RUN_WITHOUT_SESSION',
    `Scenario "${failed.scenario}" ended as ${failed.outcome}${failed.error === null ? '' : `: ${failed.error}`}. Make it pass first, or choose others with --scenario.`,
  );
}
