import { binomialCdf } from '../analysis/statistics/binomial-distribution.js';
import type { ScenarioComparison } from './ab-report.js';
import type { MeasuredPair, MeasuredRun, RunScenario } from './run-result.js';
import type { Side } from './schedule-pairs.js';

/** The chance that the metrics' last look has too. */
const chanceMax = 0.0075;
/** Runs in which a scenario always fails in head, and never in base, before it is called broken without further runs. */
const alwaysRuns = 4;

interface Tally {
  readonly file: string;
  readonly scenario: string;
  baseRuns: number;
  baseFailures: number;
  headRuns: number;
  headFailures: number;
  onlyHeadFailed: number;
  onlyBaseFailed: number;
  error: string | null;
}

/**
 * Compares how scenarios ended. One that failed in only one run of a pair counts for that side; the sides are compared by the
 * exact sign test (McNemar 1947).
 */
export function compareOutcomes(pairs: readonly MeasuredPair[]): readonly ScenarioComparison[] {
  const tallies = new Map<string, Tally>();
  for (const { base, head } of pairs) {
    const ended = { base: byName(base), head: byName(head) };
    for (const key of new Set([...ended.base.keys(), ...ended.head.keys()])) {
      const outcome = { base: ended.base.get(key), head: ended.head.get(key) };
      const tally = tallies.get(key) ?? emptyTally((outcome.base ?? outcome.head) as RunScenario);
      tallies.set(key, tally);
      const failed = { base: count(tally, 'base', outcome.base), head: count(tally, 'head', outcome.head) };
      // A scenario that only one version has is new or gone, and not broken.
      if (outcome.base === undefined || outcome.head === undefined) continue;
      if (failed.head && !failed.base) tally.onlyHeadFailed++;
      if (failed.base && !failed.head) tally.onlyBaseFailed++;
    }
  }
  return [...tallies.values()].map(describe);
}

function byName({ scenarios }: MeasuredRun): ReadonlyMap<string, RunScenario> {
  const counted = scenarios.filter(({ outcome }) => outcome !== 'skipped');
  return new Map(counted.map((one) => [JSON.stringify([one.file, one.scenario]), one]));
}

function emptyTally({ file, scenario }: RunScenario): Tally {
  const none = { baseRuns: 0, baseFailures: 0, headRuns: 0, headFailures: 0 };
  return { file, scenario, ...none, onlyHeadFailed: 0, onlyBaseFailed: 0, error: null };
}

/** @returns whether it failed */
function count(tally: Tally, side: Side, ended: RunScenario | undefined): boolean {
  if (ended === undefined) return false;
  tally[`${side}Runs`]++;
  if (ended.outcome === 'passed') return false;
  tally[`${side}Failures`]++;
  if (side === 'head') tally.error = ended.error ?? `it was ${ended.outcome}`;
  return true;
}

function describe({ onlyHeadFailed, onlyBaseFailed, ...tally }: Tally): ScenarioComparison {
  let verdict: ScenarioComparison['verdict'] = 'passing';
  if (isMoreOften(onlyHeadFailed, onlyBaseFailed, tally.headRuns)) verdict = 'broken';
  else if (isMoreOften(onlyBaseFailed, onlyHeadFailed, tally.baseRuns)) verdict = 'mended';
  else if (tally.headFailures + tally.baseFailures > 0) verdict = 'failing';
  return { ...tally, verdict };
}

function isMoreOften(here: number, there: number, runs: number): boolean {
  if (here === runs && there === 0 && runs >= alwaysRuns) return true;
  return here > there && binomialCdf(there, here + there, 0.5) <= chanceMax;
}
