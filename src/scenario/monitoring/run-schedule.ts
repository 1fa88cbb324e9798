import type { Clock } from '../../clock.js';
import type { ErrorTally } from './error-tally.js';
import type { Schedule } from './watch-options.js';
import type { WatchWindows } from './watch-windows.js';

/** How a watch waits; tests put simulated time in its place. */
export interface Timers {
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

export interface WatchTime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly startedMs: number;
  readonly durationMs: number;
  /** Aborts when the watch is to end early. */
  readonly signal: AbortSignal;
}

export interface ScheduleResult {
  readonly name: string;
  readonly intervalMs: number;
  readonly ticks: number;
  /** Ticks that began more than a tenth of the interval, and more than 10 ms, after they were due. */
  readonly late: number;
  /** Moments at which a tick was due while the one before it still ran, and that had passed when it ended. */
  readonly skipped: number;
  readonly errors: number;
  /** Errors after which the very next tick succeeded. */
  readonly recovered: number;
  readonly meanTickMs: number | null;
  readonly maxTickMs: number | null;
  /** Sum of the `files` that ticks returned; null when none did. */
  readonly files: number | null;
}

/** Timers are late by some milliseconds without anything being wrong. */
const lateMinMs = 10;

/**
 * Runs one schedule to the end of its watch. Ticks are due at whole intervals from the start and never overlap: when one takes longer than
 * its interval, the last moment that passed is made up for at once and those before it are skipped.
 */
export async function runSchedule(
  { name, intervalMs, run }: Schedule,
  { clock, timers, startedMs, durationMs, signal }: WatchTime,
  tally: ErrorTally,
  windows: WatchWindows | null,
): Promise<ScheduleResult> {
  const counts = { ticks: 0, late: 0, skipped: 0, totalMs: 0, maxMs: 0 };
  let files: number | null = null;
  let due = 0;
  const elapsed = (): number => clock.monotonicMs() - startedMs;
  while (!signal.aborted) {
    const dueMs = due * intervalMs;
    if (due > 0 && dueMs >= durationMs) break;
    // A timer may end a moment before its time.
    while (elapsed() < dueMs && !signal.aborted) await timers.pause(dueMs - elapsed(), signal);
    if (signal.aborted) break;
    const beganMs = elapsed();
    const lateByMs = Math.max(0, beganMs - dueMs);
    if (lateByMs > Math.max(lateMinMs, intervalMs / 10)) counts.late++;
    const tick = {
      index: counts.ticks++,
      elapsedMs: beganMs,
      remainingMs: Math.max(0, durationMs - beganMs),
      lateByMs,
    };
    const outcome = await tally.attempt(name, () => run(tick));
    const tookMs = elapsed() - beganMs;
    windows?.tick(beganMs, tookMs, outcome === null);
    counts.totalMs += tookMs;
    counts.maxMs = Math.max(counts.maxMs, tookMs);
    const reported = filesOf(outcome?.value);
    if (reported !== null) files = (files ?? 0) + reported;
    const next = Math.max(due + 1, Math.floor(elapsed() / intervalMs));
    // Moments after the end were never due.
    const lastDue = Math.ceil(durationMs / intervalMs) - 1;
    counts.skipped += Math.max(0, Math.min(next - 1, lastDue) - due);
    due = next;
  }
  const { ticks, late, skipped, totalMs, maxMs } = counts;
  const { errors, recovered } = tally.of(name);
  return {
    name,
    intervalMs,
    ticks,
    late,
    skipped,
    errors,
    recovered,
    meanTickMs: ticks === 0 ? null : totalMs / ticks,
    maxTickMs: ticks === 0 ? null : maxMs,
    files,
  };
}

function filesOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('files' in value)) return null;
  return typeof value.files === 'number' && Number.isFinite(value.files) ? value.files : null;
}
