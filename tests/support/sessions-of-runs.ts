import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Environment, SessionStatus } from '../../src/model.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { scenarioStart } from './recording-rig.js';
import { environment, sampleActivity, sessionStart, startedAtMs } from './sample-activity.js';
import { temporaryDirectory } from './temporary-directory.js';

const callsPerRun = 25;
const msPerHour = 3_600_000;

export interface RunToStore {
  /** Median of a call, in milliseconds. */
  readonly levelMs: number;
  readonly commit?: string | null;
  readonly environment?: Partial<Environment>;
  readonly projectPath?: string;
  readonly status?: SessionStatus;
  readonly scenario?: string;
  readonly methods?: readonly string[];
  readonly failing?: number;
}

/** Sessions in a real database file at the place where commands look for it; an hour lies between two of them. */
export class SessionsOfRuns {
  readonly directory = temporaryDirectory();
  readonly store = new SessionStore(join(this.directory, '.realworld/realworld_testing.db'));
  #count = 0;

  constructor() {
    onTestFinished(() => this.store.close());
  }

  /** @returns the id of the session, `run-01` for the first */
  add({
    levelMs,
    commit = null,
    projectPath = sessionStart.projectPath,
    status = 'completed',
    scenario = 'sells',
    methods = ['sell'],
    failing = 0,
    ...given
  }: RunToStore): string {
    const sessionId = `run-${String(++this.#count).padStart(2, '0')}`;
    const atMs = startedAtMs + this.#count * msPerHour;
    this.store.startSession({
      ...sessionStart,
      sessionId,
      projectPath,
      startedAtMs: atMs,
      environment: { ...environment, ...given.environment, commit },
    });
    const { taskId } = scenarioStart;
    const ingest = this.store.ingestFor(sessionId);
    ingest.ingest([
      { entry: 'scenario_started', scenario: { ...scenarioStart, name: scenario } },
      ...methods.flatMap((method) =>
        Array.from({ length: callsPerRun }, (_, call) => ({
          entry: 'activity' as const,
          activity: sampleActivity({
            activityId: `${sessionId}-${method}-${call}`,
            taskId,
            capability: 'shop',
            method,
            startedAtMs: atMs + call,
            durationMs: levelMs * (0.9 + (0.2 * call) / callsPerRun),
            cpuTimeMs: 0.2,
            ...(call < failing
              ? { outcome: 'failed' as const, error: { name: 'Error', message: 'sold out' } }
              : {}),
          }),
        })),
      ),
    ]);
    ingest.saveSums();
    this.store.saveScenario(sessionId, {
      ...scenarioStart,
      name: scenario,
      durationMs: 10,
      outcome: 'passed',
      errorMessage: null,
    });
    this.store.finishSession(sessionId, { status, endedAtMs: atMs + 1_000, stopReason: null });
    return sessionId;
  }

  addAll(levelsMs: readonly number[], given: Omit<RunToStore, 'levelMs'> = {}): readonly string[] {
    return levelsMs.map((levelMs) => this.add({ ...given, levelMs }));
  }
}

/** Levels around one, all different and in no order, without chance: what a test is about shall not depend on luck. */
export function levelsAround(levelMs: number, count: number): readonly number[] {
  return Array.from(
    { length: count },
    (_, index) => levelMs * (0.97 + ((index * 7) % 11) * 0.006 + index * 1e-4),
  );
}
