import type { ScenarioRecorder } from '../../recording/scenario-recorder.js';
import type { ErrorGroup } from './error-tally.js';
import type { WatchResult } from './watch-system.js';

/** Keeps what a watch counted as metrics, and what failed in it as issues. */
export function recordWatch(
  recorder: ScenarioRecorder,
  result: WatchResult,
  groups: readonly ErrorGroup[],
): void {
  const { ticks, late, skipped, errors, recovered, files, filesPerMinute, schedules } = result;
  const context = { schedules: schedules.length, ticks };
  recorder.recordMetric('ticks', ticks, 'count', { context });
  recorder.recordMetric('late_ticks', late, 'count', { context });
  recorder.recordMetric('skipped_ticks', skipped, 'count', { context });
  recorder.recordMetric('error_recovery_events', recovered, 'count', { context: { ...context, errors } });
  if (filesPerMinute !== null) recorder.recordMetric('files_per_minute', filesPerMinute, 'files/min');
  if (files !== null) recordFiles(recorder, files);
  for (const { name, message, count } of groups) {
    const subject = name === 'files' ? 'The handling of file changes' : `The schedule "${name}"`;
    recorder.recordIssue({
      severity: recovered < errors ? 'high' : 'medium',
      issueType: 'watch_error',
      description: `${subject} failed ${count} ${count === 1 ? 'time' : 'times'} with "${message}". Of ${errors} errors in the watch, ${recovered} were followed by a success.`,
      suggestedFix: 'Look at the calls that failed; let the system go on from such an error by itself.',
    });
  }
}

function recordFiles(recorder: ScenarioRecorder, files: NonNullable<WatchResult['files']>): void {
  const { changes, added, changed, removed, watching, missedEvents, reactionTime, complete } = files;
  recorder.recordMetric('files_changed', changes, 'count', { context: { added, changed, removed } });
  recorder.recordMetric('file_events_missed', missedEvents, 'count', { context: { changes, watching } });
  const { p95, count, medianMs, maxMs } = reactionTime;
  if (p95 !== null) {
    const certainty =
      'lowMs' in p95 ? { lowMs: p95.lowMs, highMs: p95.highMs } : { countNeeded: p95.countNeeded };
    recorder.recordMetric('reaction_time_p95', p95.valueMs, 'ms', {
      context: { count, medianMs, maxMs, ...certainty },
    });
  }
  if (!complete) {
    recorder.recordIssue({
      severity: 'info',
      issueType: 'insufficient_data',
      description: `Not every file was watched: there are more than the ${files.files} that may be.`,
      suggestedFix: 'Raise files.filesMax, or leave folders out with files.ignore.',
    });
  }
}
