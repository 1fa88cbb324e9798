import type { Profiler, Session } from 'node:inspector';
import { performance } from 'node:perf_hooks';
import { CapabilityError } from '../../errors.js';
import { compareProfiles, type ProfileComparison } from './compare-profiles.js';
import { type Profile, readProfile } from './read-profile.js';

export interface ProfileOptions {
  /** What the work is called in the profile. @default the name of the function, or "work" */
  readonly name?: string;
  /** How often the work is done, one after the other. @default 1 */
  readonly iterations?: number;
  /** From sample to sample, 50 to 100000 microseconds. @default 250 */
  readonly sampleIntervalUs?: number;
  /** Most functions wanted. @default 50 */
  readonly limit?: number;
  /** Looked at between iterations. */
  readonly signal?: AbortSignal;
}

/** A profile with what the last iteration returned. */
export interface Profiled<Value> extends Profile {
  readonly value: Value;
}

/**
 * Tells in which functions a piece of work spends its time, by V8's sampling profiler in this thread. One profile is taken at
 * a time; whatever else the thread does meanwhile is in it too. Work in other threads and processes is not seen.
 */
export class PerformanceProfiler {
  #session: Session | undefined;
  #isDisposed = false;
  /** Two profiles at once would each hold the work of the other. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs the work and ranks the functions it spends time in. What the work throws is thrown on.
   *
   * @throws CapabilityError `BAD_INPUT` for options out of range, `INTERRUPTED` when the signal aborts, `TOOL_FAILED` when V8
   * refuses
   */
  profile<Value>(work: () => Value | Promise<Value>, options: ProfileOptions = {}): Promise<Profiled<Value>> {
    const { iterations = 1, sampleIntervalUs = 250, limit = 50 } = options;
    refuseOutside('iterations', iterations, 1, 1_000_000);
    refuseOutside('sampleIntervalUs', sampleIntervalUs, 50, 100_000);
    refuseOutside('limit', limit, 1, 10_000);
    const name = options.name ?? (work.name === '' ? 'work' : work.name);
    const taken = this.#last.then(() =>
      this.#take(work, { name, iterations, sampleIntervalUs, limit }, options.signal),
    );
    // The caller gets the failure; the next profile does not depend on it.
    this.#last = taken.catch(() => undefined);
    return taken;
  }

  /**
   * What became slower or faster from one profile to another.
   *
   * @throws CapabilityError `BAD_INPUT` when they were sampled at different intervals
   */
  compare(before: Profile, after: Profile): ProfileComparison {
    return compareProfiles(before, after);
  }

  /** Lets go of the profiler; a profile that is being taken is finished first. */
  async dispose(): Promise<void> {
    await this.#last;
    this.#isDisposed = true;
    this.#session?.disconnect();
    this.#session = undefined;
  }

  async #take<Value>(
    work: () => Value | Promise<Value>,
    about: {
      readonly name: string;
      readonly iterations: number;
      readonly sampleIntervalUs: number;
      readonly limit: number;
    },
    signal: AbortSignal | undefined,
  ): Promise<Profiled<Value>> {
    const { name, iterations, sampleIntervalUs, limit } = about;
    refuseAborted(signal, name, 0);
    const session = await this.#connect();
    await post(session, 'Profiler.setSamplingInterval', { interval: sampleIntervalUs });
    await post(session, 'Profiler.start');
    const start = performance.now();
    let stopped: Promise<Profiler.Profile> | undefined;
    let durationMs = 0;
    const stop = (): Promise<Profiler.Profile> => {
      durationMs = performance.now() - start;
      return stopProfiler(session);
    };
    try {
      let value = await work();
      for (let done = 1; done < iterations; done += 1) {
        refuseAborted(signal, name, done);
        value = await work();
      }
      stopped = stop();
      const profile = await stopped;
      return { ...readProfile(profile, { name, iterations, durationMs, sampleIntervalUs }, limit), value };
    } finally {
      // Left running, it would slow the process down and refuse another interval.
      if (stopped === undefined) await stop();
    }
  }

  async #connect(): Promise<Session> {
    if (this.#isDisposed) {
      throw new CapabilityError('BAD_INPUT', 'performance_profiler was disposed. Make a new one.');
    }
    if (this.#session !== undefined) return this.#session;
    const { Session: InspectorSession } = await import('node:inspector');
    const session = new InspectorSession();
    session.connect();
    await post(session, 'Profiler.enable');
    this.#session = session;
    return session;
  }
}

function post(session: Session, method: string, parameters: object = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    session.post(method, parameters, (error) => {
      if (error === null) resolve();
      else reject(failure(method, error));
    });
  });
}

function stopProfiler(session: Session): Promise<Profiler.Profile> {
  return new Promise((resolve, reject) => {
    session.post('Profiler.stop', (error, { profile }) => {
      if (error === null) resolve(profile);
      else reject(failure('Profiler.stop', error));
    });
  });
}

function failure(method: string, cause: Error): CapabilityError {
  return new CapabilityError('TOOL_FAILED', `V8 refused ${method}: ${cause.message}.`, { cause });
}

function refuseOutside(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new CapabilityError(
    'BAD_INPUT',
    `${name} is ${value}. Give a whole number from ${least} to ${most}.`,
  );
}

function refuseAborted(signal: AbortSignal | undefined, name: string, done: number): void {
  if (!signal?.aborted) return;
  throw new CapabilityError('INTERRUPTED', `The profile of ${name} was aborted after ${done} iterations.`, {
    cause: signal.reason,
  });
}
