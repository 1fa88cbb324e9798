import { nearestName } from '../nearest-name.js';
import type { SessionStore } from '../storage/session-store.js';
import { UsageError } from './usage-error.js';

const idsTold = 3;

/** What is said where there is no session. @param effect such as `nothing to report` */
export function noSessionYet(effect: string): string {
  return `There is no session yet, so there is ${effect}. Run the scenarios first: npx vitest run --project realworld\n`;
}

/**
 * The id of the session that is named: by the whole id, by a beginning that only one has, or as `latest`.
 *
 * @returns null when there is no session at all
 * @throws UsageError when there is none, or more than one, of that name
 */
export function findSession(store: SessionStore, named: string): string | null {
  const ids = store.listSessions().map(({ sessionId }) => sessionId);
  const [newest] = ids;
  if (newest === undefined) return null;
  if (named === 'latest') return newest;
  if (ids.includes(named)) return named;
  const [first, ...others] = ids.filter((id) => id.startsWith(named));
  if (first === undefined || named === '') throw new UsageError(describeUnknown(named, ids));
  if (others.length === 0) return first;
  throw new UsageError(
    `${others.length + 1} sessions begin with "${named}": ${[first, ...others].slice(0, idsTold).join(', ')}${others.length >= idsTold ? ', ...' : ''}. Write more of the id.`,
  );
}

function describeUnknown(session: string, ids: readonly string[]): string {
  const near: string[] = [];
  while (near.length < idsTold) {
    const next = nearestName(
      session,
      ids.filter((id) => !near.includes(id)),
    );
    if (next === null) break;
    near.push(next);
  }
  const advice =
    near.length > 0
      ? `Did you mean ${near.join(', ')}?`
      : `The newest are ${ids.slice(0, idsTold).join(', ')}.`;
  return `There is no session "${session}". ${advice} See all with: vitest-realworld sessions`;
}
