import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findPackage, findProgram } from '../configuration/installed.js';
import { SessionStore } from '../storage/session-store.js';
import { projectName } from '../worker-settings.js';
import { ExperimentError } from './experiment-error.js';
import { lastLines, type ProcessEnd, runProcess } from './run-process.js';
import type { RunResult } from './run-result.js';

/** Which scenarios are run, and how. */
export interface ScenarioChoice {
  /** Patterns of names, as Vitest's `-t` takes them; none for all. */
  readonly scenarios: readonly string[];
  /** Words that the paths of scenario files hold; none for all. */
  readonly files: readonly string[];
  readonly durationMinutes?: number | undefined;
  readonly timeoutMs: number;
}

export interface ScenarioRun extends ScenarioChoice {
  /** Absolute path of the project's folder. */
  readonly project: string;
  readonly seed: number;
  /** A folder for what the run writes. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * Runs the scenarios of a project once, in a process of their own, and reads what they measured.
 *
 * @throws ExperimentError `VITEST_MISSING`
 */
export async function runScenarios(run: ScenarioRun): Promise<RunResult> {
  const folder = mkdtempSync(join(run.scratch, 'run-'));
  const database = join(folder, 'run.db');
  try {
    const end = await runProcess({
      command: process.execPath,
      arguments: [findVitest(run.project), ...argumentsOf(run)],
      directory: run.project,
      environment: {
        REALWORLD_TESTING_DB: database,
        REALWORLD_TESTING_DIRECTORY: folder,
        REALWORLD_SEED: String(run.seed),
        NO_COLOR: '1',
        FORCE_COLOR: undefined,
        ...(run.durationMinutes === undefined
          ? {}
          : { REALWORLD_TESTING_DURATION: String(run.durationMinutes) }),
      },
      timeoutMs: run.timeoutMs,
      signal: run.signal,
    });
    return readResult(database, end, run.timeoutMs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function argumentsOf({ scenarios, files }: ScenarioChoice): readonly string[] {
  const pattern = scenarios.length > 1 ? scenarios.map((one) => `(?:${one})`).join('|') : scenarios[0];
  return [
    'run',
    `--project=${projectName}`,
    '--reporter=dot',
    ...(pattern === undefined ? [] : [`--testNamePattern=${pattern}`]),
    ...files,
  ];
}

/** The program of the Vitest that a project has installed. @throws ExperimentError `VITEST_MISSING` */
export function findVitest(project: string): string {
  const installed = findPackage('vitest', project);
  const program = installed === null ? null : findProgram('vitest', installed);
  if (program === null) throw missingVitest(project);
  return program;
}

function missingVitest(project: string): ExperimentError {
  return new ExperimentError(
    'VITEST_MISSING',
    `There is no Vitest in ${project}. Install its packages there, or name the project's folder with --project PATH.`,
  );
}

function readResult(database: string, end: ProcessEnd, timeoutMs: number): RunResult {
  if (end.timedOut) {
    return { state: 'broken', reason: `it was not over after ${timeoutMs / 60_000} minutes` };
  }
  const broken: RunResult = { state: 'broken', reason: `it made no session:\n${lastLines(end.output)}` };
  if (!existsSync(database)) return broken;
  const store = new SessionStore(database);
  try {
    const [session] = store.listSessions();
    if (session === undefined) return broken;
    const { sessionId, status, stopReason } = session;
    if (status === 'stopped') return { state: 'disturbed', reason: stopReason ?? 'it was stopped' };
    const { scenarios } = store.readFacts(sessionId);
    if (scenarios.length === 0)
      return { state: 'broken', reason: stopReason ?? `it ran no scenario:\n${lastLines(end.output)}` };
    return {
      state: 'measured',
      statistics: store.readStatistics(sessionId),
      scenarios: scenarios.map(({ file, name, outcome, errorMessage }) => ({
        file,
        scenario: name,
        outcome,
        error: errorMessage,
      })),
    };
  } finally {
    store.close();
  }
}
