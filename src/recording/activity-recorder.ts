import type { Clock } from '../clock.js';
import type { ProcessSample, ScenarioStart } from '../model.js';
import type { DigestLimits } from './digest.js';
import { encodeEntry, encodeUsage, usageNotMeasured } from './journal-codec.js';
import type { JournalWriter } from './journal-writer.js';
import type { LoopWatch } from './loop-watch.js';
import type { ProcessSampler } from './process-sampler.js';
import { NestingTracker, RunningActivities } from './running-activity.js';
import { ScenarioRecorder } from './scenario-recorder.js';

/** A call that runs longer than this is noted in the journal before it ends, so that a crash does not lose it. */
const noteRunningAfterMs = 100;

export interface RecorderOptions {
  readonly sessionId: string;
  readonly journal: JournalWriter;
  /** Null when calls are timed only. */
  readonly sampler: ProcessSampler | null;
  /** Null when nobody asks what kept the event loop. */
  readonly loop: LoopWatch | null;
  readonly clock: Clock;
  readonly digestLimits: DigestLimits;
  /** Names of the hub's capabilities, or null when there is no hub. */
  readonly capabilities: readonly string[] | null;
}

/** Turns calls into journal lines, for one worker. It is the instrument: nearly free, and it never throws into a call. */
export class ActivityRecorder {
  readonly #options: RecorderOptions;
  readonly nesting = new NestingTracker();
  readonly running = new RunningActivities();
  /** Epoch time minus monotonic time, so that one reading of the clock gives both. */
  readonly epochOffsetMs: number;
  #sequence = 0;
  startedCount = 0;
  #usageBefore: ProcessSample | null = null;
  #usageAfter: ProcessSample | null = null;
  #usageJson = usageNotMeasured;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { journal, capabilities, sessionId, clock } = options;
    this.epochOffsetMs = clock.epochMs() - clock.monotonicMs();
    journal.append(encodeEntry({ entry: 'worker', sessionId, capabilities }));
    journal.beforeFlush = () => this.#noteLongRunning();
  }

  startScenario(start: ScenarioStart): ScenarioRecorder {
    const { journal, loop } = this.#options;
    loop?.start();
    journal.append(encodeEntry({ entry: 'scenario_started', scenario: start }));
    journal.flush();
    return new ScenarioRecorder(this, this.#options, start);
  }

  nextSequence(): number {
    return ++this.#sequence;
  }

  /** Quick calls share their samples, so most have the same usage as the one before. */
  usageJson(before: ProcessSample | null, after: ProcessSample | null): string {
    if (before === null || after === null) return usageNotMeasured;
    if (before !== this.#usageBefore || after !== this.#usageAfter) {
      this.#usageBefore = before;
      this.#usageAfter = after;
      this.#usageJson = encodeUsage(before, after);
    }
    return this.#usageJson;
  }

  #noteLongRunning(): void {
    const nowMs = this.#options.clock.monotonicMs();
    let later = false;
    for (const activity of this.running) {
      if (activity.noted) continue;
      if (nowMs - activity.startedMs > noteRunningAfterMs) activity.scenario.note(activity);
      else later = true;
    }
    if (later) this.#options.journal.scheduleFlush();
  }
}
