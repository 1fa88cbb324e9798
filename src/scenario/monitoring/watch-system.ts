import type { LeakVerdict } from '../../analysis/leak/judge-leak.js';
import { msPerMinute } from '../../units.js';
import type { EngineContext } from '../engine-context.js';
import { ErrorTally } from './error-tally.js';
import { FileWatch, type FileWatchResult } from './file-watch.js';
import type { FileChange } from './file-watch-options.js';
import { LeakWindow } from './leak-window.js';
import { recordLeak } from './record-leak.js';
import { recordWatch } from './record-watch.js';
import { runSchedule, type ScheduleResult, type Timers, type WatchTime } from './run-schedule.js';
import { requireWatchOptions, type WatchOptions } from './watch-options.js';
import { type WatchWindow, WatchWindows } from './watch-windows.js';

export interface WatchResult {
  readonly schedules: readonly ScheduleResult[];
  /** Of all schedules; the next two as well. */
  readonly ticks: number;
  readonly late: number;
  readonly skipped: number;
  /** What failed, file batches included. */
  readonly errors: number;
  /** Errors after which the very next tick or batch succeeded. */
  readonly recovered: number;
  /** Null when no files were watched. */
  readonly files: FileWatchResult | null;
  /** Files that ticks reported and file changes that were handled, a minute; null when there were neither. */
  readonly filesPerMinute: number | null;
  /** Null when it was not asked for. */
  readonly leak: LeakVerdict | null;
  /** Twelve equal parts of the watch, up to its end. */
  readonly windows: readonly WatchWindow[];
  readonly durationMs: number;
  /** True when the signal ended the watch before its time. */
  readonly interrupted: boolean;
}

/** Name under which failures of `onChange` are counted. */
const filesName = 'files';

/** Runs schedules, a watch over files and a watch over memory side by side until the time is over. */
export async function watchSystem(
  context: EngineContext,
  timers: Timers,
  options: WatchOptions,
): Promise<WatchResult> {
  requireWatchOptions(options);
  const { clock, signal, recorder } = context;
  const { durationMs = context.durationMs, every = [], leak, onError = 'throw' } = options;
  const tally = new ErrorTally(onError);
  const windows = new WatchWindows(durationMs);
  const stop = new AbortController();
  const early = AbortSignal.any([signal, stop.signal]);
  const onChange = options.files?.onChange;
  const files = options.files === undefined ? null : new FileWatch(options.files, { clock, timers });
  let handled = 0;
  const leakWindow =
    leak === undefined
      ? null
      : new LeakWindow(leak, durationMs, () => tally.total.attempts - tally.of(filesName).attempts + handled);
  // A watcher of files must not outlive a scenario that is stopped while one of its ticks hangs.
  const closeFiles = (): void => files?.close();
  early.addEventListener('abort', closeFiles, { once: true });
  // What fails first ends the others, and is thrown when they are over.
  let failure: { readonly thrown: unknown } | null = null;
  const guard = <Value>(part: Promise<Value>): Promise<Value> => {
    part.catch((thrown: unknown) => {
      failure ??= { thrown };
      stop.abort();
    });
    return part;
  };
  try {
    await files?.begin();
    const startedMs = clock.monotonicMs();
    const time: WatchTime = { clock, timers, startedMs, durationMs, signal: early };
    const handle = async (changes: readonly FileChange[]): Promise<void> => {
      const atMs = clock.monotonicMs() - startedMs;
      const outcome = await tally.attempt(filesName, () => onChange?.(changes));
      windows.fileChanges(atMs, changes.length, outcome === null);
      handled += changes.length;
    };
    const running = every.map((schedule) => guard(runSchedule(schedule, time, tally, windows)));
    const others: Promise<void>[] = [];
    if (files !== null) others.push(guard(followFiles(files, handle, time)));
    if (leakWindow !== null) others.push(guard(sampleMemory(leakWindow, time)));
    await Promise.allSettled([...running, ...others]);
    throwFirst(failure);
    const schedules = await Promise.all(running);
    const elapsedMs = clock.monotonicMs() - startedMs;
    const result = conclude(schedules, tally, files, leakWindow, windows, elapsedMs, signal.aborted);
    if (result.leak !== null && leakWindow !== null) {
      const capability = leak?.capability === undefined ? {} : { capability: leak.capability };
      recordLeak(
        recorder,
        { name: capability.capability ?? 'the watch', calls: leakWindow.calls, ...capability },
        result.leak,
      );
    }
    recordWatch(recorder, result, tally.groups);
    return result;
  } finally {
    early.removeEventListener('abort', closeFiles);
    closeFiles();
  }
}

/** A parameter, as the compiler does not see that a callback has set it. */
function throwFirst(failure: { readonly thrown: unknown } | null): void {
  if (failure !== null) throw failure.thrown;
}

async function followFiles(
  files: FileWatch,
  handle: (changes: readonly FileChange[]) => Promise<void>,
  { timers, clock, startedMs, durationMs, signal }: WatchTime,
): Promise<void> {
  const over = new AbortController();
  const end = AbortSignal.any([signal, over.signal]);
  const following = files.follow(handle, end);
  try {
    const waiting = (async () => {
      for (;;) {
        const leftMs = startedMs + durationMs - clock.monotonicMs();
        if (leftMs <= 0 || end.aborted) return;
        await timers.pause(leftMs, end);
      }
    })();
    await Promise.race([waiting, following]);
  } finally {
    over.abort();
  }
  await following;
  if (!signal.aborted) await files.finish(handle);
}

async function sampleMemory(leakWindow: LeakWindow, time: WatchTime): Promise<void> {
  const sampling = { name: 'memory', intervalMs: leakWindow.intervalMs, run: () => leakWindow.sample() };
  await runSchedule(sampling, time, new ErrorTally('throw'), null);
}

function conclude(
  schedules: readonly ScheduleResult[],
  tally: ErrorTally,
  files: FileWatch | null,
  leakWindow: LeakWindow | null,
  windows: WatchWindows,
  durationMs: number,
  interrupted: boolean,
): WatchResult {
  const sum = (of: (schedule: ScheduleResult) => number): number =>
    schedules.reduce((total, schedule) => total + of(schedule), 0);
  const watched = files?.result() ?? null;
  const reportsFiles = watched !== null || schedules.some((schedule) => schedule.files !== null);
  const fileCount = sum((schedule) => schedule.files ?? 0) + (watched?.changes ?? 0);
  const { errors, recovered } = tally.total;
  return {
    schedules,
    ticks: sum(({ ticks }) => ticks),
    late: sum(({ late }) => late),
    skipped: sum(({ skipped }) => skipped),
    errors,
    recovered,
    files: watched,
    filesPerMinute: reportsFiles && durationMs > 0 ? fileCount / (durationMs / msPerMinute) : null,
    leak: leakWindow?.verdict() ?? null,
    windows: windows.until(durationMs),
    durationMs,
    interrupted,
  };
}
