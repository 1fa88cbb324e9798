import type { ComparedRun } from '../analysis/regression/compare-runs.js';
import { nearestName } from '../nearest-name.js';
import { toPlainText } from '../report/plain-text.js';
import type { Baseline } from '../storage/baselines.js';
import { environmentKeyOf } from '../storage/environment-key.js';
import type { SessionStore, SessionSummary } from '../storage/session-store.js';
import { findSession } from './find-session.js';
import { UsageError } from './usage-error.js';

/** Runs that were named on a command line, and where they were made. */
export interface FoundRun extends ComparedRun {
  readonly environmentKey: string;
  readonly projectPath: string;
}

const baselinePrefix = 'baseline:';
const commitPrefix = 'commit:';

/**
 * The runs that are named: sessions by their id, a beginning of it or as `latest`, `baseline:NAME`, `commit:SHA`, or several of
 * these with commas between them.
 *
 * @param preferredKey of a name that several environments have, the runs of this one are meant
 * @throws UsageError when there are none, or when a session was not completed
 */
export function findRuns(store: SessionStore, named: string, preferredKey?: string): readonly FoundRun[] {
  const runs = named
    .split(',')
    .map((word) => word.trim())
    .flatMap((word) => {
      if (word.startsWith(baselinePrefix)) {
        return runsOfBaseline(store, word.slice(baselinePrefix.length), preferredKey);
      }
      const sessions = word.startsWith(commitPrefix)
        ? sessionsOfCommit(store, word.slice(commitPrefix.length))
        : [completedSession(store, word)];
      return sessions.map((session) => runOf(store, session));
    });
  return [...new Map(runs.map((run) => [run.sessionId, run])).values()];
}

/** @throws UsageError when there is none of this id, or when it was not completed */
export function completedSession(store: SessionStore, named: string): SessionSummary {
  const id = findSession(store, named);
  if (id === null) {
    throw new UsageError(
      'There is no session yet. Run the scenarios first (npx vitest run --project realworld).',
    );
  }
  const session = store.listSessions().find(({ sessionId }) => sessionId === id);
  if (session?.status === 'completed') return session;
  throw new UsageError(
    `Session ${toPlainText(id)} is ${session?.status ?? 'unknown'}: only completed sessions can be compared. See them all with: vitest-realworld sessions`,
  );
}

/**
 * The completed sessions of a commit, the oldest first.
 *
 * @throws UsageError when there is none, or when the beginning is that of several commits
 */
export function sessionsOfCommit(store: SessionStore, beginning: string): readonly SessionSummary[] {
  const completed = store.listSessions().filter(({ status }) => status === 'completed');
  const found = completed.filter(
    ({ environment }) => beginning !== '' && environment.commit?.startsWith(beginning),
  );
  const commits = [...new Set(found.map(({ environment }) => environment.commit))];
  if (commits.length === 1) return [...found].reverse();
  if (commits.length > 1) {
    throw new UsageError(
      `${commits.length} commits begin with "${beginning}": ${commits.join(', ')}. Write more of it.`,
    );
  }
  const known = [
    ...new Set(completed.flatMap(({ environment }) => environment.commit?.slice(0, 10) ?? [])),
  ].slice(0, 3);
  throw new UsageError(
    `There is no completed session of commit "${beginning}". ${known.length === 0 ? 'No session knows its commit.' : `The newest are of ${known.join(', ')}.`}`,
  );
}

function runsOfBaseline(store: SessionStore, name: string, preferredKey?: string): readonly FoundRun[] {
  const all = store.baselines.list();
  const found = all.filter((baseline) => baseline.name === name);
  if (found.length === 0) throw new UsageError(describeUnknownBaseline(name, all));
  const chosen =
    found.length === 1 ? found : found.filter(({ environmentKey }) => environmentKey === preferredKey);
  const [baseline] = chosen;
  if (baseline === undefined || chosen.length > 1) {
    throw new UsageError(
      `There are ${found.length} baselines "${name}", of different projects or environments. Name the sessions instead; see them with: vitest-realworld baseline list`,
    );
  }
  const { baselineId, environmentKey, projectPath } = baseline;
  return baseline.runs.map(({ sessionId, commit }) => ({
    sessionId,
    commit,
    environmentKey,
    projectPath,
    statistics: store.baselines.readStatistics(baselineId, sessionId),
  }));
}

/** That there is no baseline of a name, and which there are. */
export function describeUnknownBaseline(name: string, all: readonly Baseline[]): string {
  const names = [...new Set(all.map((baseline) => baseline.name))];
  const nearest = nearestName(name, names);
  if (nearest !== null) return `There is no baseline "${name}". Did you mean "${nearest}"?`;
  return `There is no baseline "${name}". ${names.length === 0 ? 'Set one with: vitest-realworld baseline set' : `There are: ${names.join(', ')}.`}`;
}

function runOf(
  store: SessionStore,
  { sessionId, environment, durationMinutes, projectPath }: SessionSummary,
): FoundRun {
  return {
    sessionId,
    projectPath,
    commit: environment.commit,
    environmentKey: environmentKeyOf(environment, durationMinutes),
    statistics: store.readStatistics(sessionId),
  };
}
