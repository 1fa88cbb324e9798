import { RealWorldError } from '../../errors.js';
import { requireFunction, requireKnownOptions, requireList, requireName } from '../engine-options.js';
import { requireNumber } from '../load/load-numbers.js';
import { type FileWatchOptions, requireFileWatchOptions } from './file-watch-options.js';

export interface ScheduleTick {
  /** 0 for the first; skipped ticks have no index. */
  readonly index: number;
  /** Since the watch began, in milliseconds. */
  readonly elapsedMs: number;
  readonly remainingMs: number;
  /** How long after the moment it was due the tick began, in milliseconds. */
  readonly lateByMs: number;
}

export interface Schedule {
  readonly name: string;
  /** Time between the moments at which ticks are due, in milliseconds; the first is due at once. */
  readonly intervalMs: number;
  /** One tick. An object with `files` that it returns adds so many files to the rate of the watch. */
  readonly run: (tick: ScheduleTick) => unknown;
}

export interface LeakSampling {
  /** Samples along the watch. @default 40, unless `samplesEveryMs` is given */
  readonly samples?: number;
  /** Milliseconds between two samples, instead of `samples`. */
  readonly samplesEveryMs?: number;
  /** Growth below it is not called a leak. @default 200 */
  readonly bytesPerCallMin?: number;
  /** Calls made so far; left out: ticks and handled file changes. */
  readonly counter?: () => number;
  /** Capability whose memory it is. */
  readonly capability?: string;
}

export interface WatchOptions {
  /** Left out: the duration of the session's settings. */
  readonly durationMs?: number;
  readonly every?: readonly Schedule[];
  readonly files?: FileWatchOptions;
  readonly leak?: LeakSampling;
  /** `throw`: what a tick throws ends the watch. `record`: it is counted and kept as an issue, and the watch goes on. @default 'throw' */
  readonly onError?: 'throw' | 'record';
}

const call = 'monitoring.watch';

/** @throws RealWorldError `ENGINE_INVALID`, naming the option */
export function requireWatchOptions(options: WatchOptions): void {
  requireKnownOptions(call, options, ['durationMs', 'every', 'files', 'leak', 'onError']);
  const { durationMs, every = [], files, leak, onError = 'throw' } = options;
  if (durationMs !== undefined) requireNumber(call, 'durationMs', durationMs, { above: 0 });
  requireList(call, 'every', every);
  const names = new Set<string>();
  for (const schedule of every) {
    requireKnownOptions(`${call}: every`, schedule, ['name', 'intervalMs', 'run']);
    requireName(call, 'every.name', schedule.name);
    requireNumber(call, `intervalMs of "${schedule.name}"`, schedule.intervalMs, { above: 0 });
    requireFunction(call, `run of "${schedule.name}"`, schedule.run);
    if (names.has(schedule.name)) {
      throw new RealWorldError(
        'ENGINE_INVALID',
        `${call}() was given two schedules named "${schedule.name}".`,
      );
    }
    names.add(schedule.name);
  }
  if (files !== undefined) requireFileWatchOptions(call, files);
  if (leak !== undefined) requireLeakSampling(leak);
  if (every.length === 0 && files === undefined) {
    throw new RealWorldError('ENGINE_INVALID', `${call}() needs "every" or "files": there is nothing to do.`);
  }
  if (onError !== 'throw' && onError !== 'record') {
    throw new RealWorldError('ENGINE_INVALID', `${call}() needs "onError" to be "throw" or "record".`);
  }
}

function requireLeakSampling(leak: LeakSampling): void {
  requireKnownOptions(`${call}: leak`, leak, [
    'samples',
    'samplesEveryMs',
    'bytesPerCallMin',
    'counter',
    'capability',
  ]);
  const { samples, samplesEveryMs, bytesPerCallMin, counter, capability } = leak;
  if (samples !== undefined && samplesEveryMs !== undefined) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `${call}() takes leak.samples or leak.samplesEveryMs, not both.`,
    );
  }
  if (samples !== undefined) requireNumber(call, 'leak.samples', samples, { least: 1 });
  if (samplesEveryMs !== undefined) requireNumber(call, 'leak.samplesEveryMs', samplesEveryMs, { above: 0 });
  if (bytesPerCallMin !== undefined)
    requireNumber(call, 'leak.bytesPerCallMin', bytesPerCallMin, { least: 0 });
  if (counter !== undefined) requireFunction(call, 'leak.counter', counter);
  if (capability !== undefined) requireName(call, 'leak.capability', capability);
}
