import type { Activity } from '../model.js';
import { formatDuration } from '../units.js';
import { toPlainText, truncate } from './plain-text.js';

const groupsShown = 6;
const lineWidth = 100;

interface ActivityGroup {
  readonly name: string;
  calls: number;
  errors: number;
  totalMs: number;
  lastResultJson: string | null;
}

/** Gathers the activities of an interval into groups by capability and method, for a line each. */
export class LiveGroups {
  readonly #groups = new Map<string, ActivityGroup>();

  add(activity: Activity): void {
    const name = `${activity.capability}.${activity.method}`;
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = { name, calls: 0, errors: 0, totalMs: 0, lastResultJson: null };
      this.#groups.set(name, group);
    }
    group.calls++;
    group.totalMs += activity.durationMs;
    if (activity.error !== null) group.errors++;
    group.lastResultJson = activity.resultJson;
  }

  /** The lines of the groups that took most time since the last call, which empties them. */
  takeLines(sessionId: string): readonly string[] {
    const groups = [...this.#groups.values()].sort((left, right) => right.totalMs - left.totalMs);
    this.#groups.clear();
    const lines = groups.slice(0, groupsShown).map((group) => describeGroup(sessionId, group));
    const hidden = groups.slice(groupsShown);
    if (hidden.length === 0) return lines;
    const calls = hidden.reduce((sum, group) => sum + group.calls, 0);
    return [...lines, `[${sessionId}] and ${calls} calls of ${hidden.length} other methods`];
  }
}

function describeGroup(
  sessionId: string,
  { name, calls, errors, totalMs, lastResultJson }: ActivityGroup,
): string {
  const parts = [formatDuration(totalMs / calls)];
  if (calls > 1) parts[0] = `${calls} calls, ${parts[0]} each`;
  if (errors > 0) parts.push(`${errors} ${errors === 1 ? 'error' : 'errors'}`);
  else if (calls === 1) parts.push(...countsOf(lastResultJson));
  return truncate(toPlainText(`[${sessionId}] ${name}: ${parts.join(', ')}`), lineWidth);
}

/** The first counts of a result, such as `15 files`: what a person wants to know of it. */
function countsOf(resultJson: string | null): readonly string[] {
  if (resultJson === null) return [];
  const result: unknown = parse(resultJson);
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return [];
  return Object.entries(result)
    .filter(([name, value]) => Number.isInteger(value) && name !== '…' && !/ms$/i.test(name))
    .slice(0, 2)
    .map(([name, value]) => `${String(value)} ${name}`);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // A digest that was cut short says nothing about counts.
    return null;
  }
}
