import type { ScenarioRecord } from 'vitest-realworld';
import type { SkippedEntry } from 'vitest-realworld-hub';

/** Reasons that are no choice of the walk: the rest of a codebase is not source, but these would have been read. */
const unread = new Set(['unreadable', 'invalid-utf8', 'binary', 'too-large']);
const namedMax = 3;

/** Keeps how much of a codebase was left out and why, and reports what would have been read and could not be. */
export function reportLeftOut(record: ScenarioRecord, skipped: readonly SkippedEntry[]): void {
  const byReason: Record<string, number> = {};
  for (const { reason } of skipped) byReason[reason] = (byReason[reason] ?? 0) + 1;
  record.metric('entries_left_out', skipped.length, 'entries', {
    capability: 'code_search',
    context: { byReason },
  });
  const sources = skipped.filter(({ reason }) => unread.has(reason));
  if (sources.length === 0) return;
  const named = sources.slice(0, namedMax).map(({ path, reason }) => `${path} (${reason})`);
  const others = sources.length - named.length;
  record.issue({
    severity: 'info',
    capability: 'code_search',
    issueType: 'left_out',
    description: `The index lacks ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}.`,
    suggestedFix: 'Take its figures for the rest of the codebase, or make these files readable text.',
    reproducible: true,
  });
}
