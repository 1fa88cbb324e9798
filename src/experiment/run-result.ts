import type { SessionStatistic } from '../history.js';
import type { ScenarioOutcome } from '../model.js';

export interface RunScenario {
  readonly file: string;
  readonly scenario: string;
  readonly outcome: ScenarioOutcome;
  readonly error: string | null;
}

/** What one run of one version showed. */
export type RunResult =
  | {
      readonly state: 'measured';
      readonly statistics: readonly SessionStatistic[];
      readonly scenarios: readonly RunScenario[];
    }
  /** The machine's limits ended it: it says nothing about the version. */
  | { readonly state: 'disturbed'; readonly reason: string }
  /** It made no session, or ran into its time limit. */
  | { readonly state: 'broken'; readonly reason: string };

export type MeasuredRun = Extract<RunResult, { readonly state: 'measured' }>;

/** One run of each version that both were measured. */
export interface MeasuredPair {
  readonly base: MeasuredRun;
  readonly head: MeasuredRun;
}
