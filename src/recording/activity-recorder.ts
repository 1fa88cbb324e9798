import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../clock.js';
import { RealWorldError } from '../errors.js';
import {
  type ActivityOutcome,
  type CapturedError,
  type Issue,
  type ProcessSample,
  type ScenarioStart,
  type Severity,
  severities,
} from '../model.js';
import { captureError, type DigestLimits, digestValue } from './digest.js';
import { activityIdOf, encodeActivity, encodeEntry, encodeSubject } from './journal-codec.js';
import type { JournalWriter } from './journal-writer.js';
import type { ProcessSampler } from './process-sampler.js';
import { redactBeginning } from './redact.js';

/** A call that runs longer than this is noted in the journal before it ends, so that a crash does not lose it. */
const noteRunningAfterMs = 100;

export interface RecorderOptions {
  readonly sessionId: string;
  readonly journal: JournalWriter;
  readonly sampler: ProcessSampler;
  readonly clock: Clock;
  readonly digestLimits: DigestLimits;
  /** Names of the hub's capabilities, or null when there is no hub. */
  readonly capabilities: readonly string[] | null;
}

/** Turns calls into journal lines, for one worker. It is the instrument: nearly free, and it never throws into a call. */
export class ActivityRecorder {
  readonly #options: RecorderOptions;
  readonly nesting = new NestingTracker();
  readonly running = new Set<RunningActivity>();
  #sequence = 0;
  startedCount = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { journal, capabilities, sessionId } = options;
    journal.append(encodeEntry({ entry: 'worker', sessionId, capabilities }));
    journal.beforeFlush = () => this.#noteLongRunning();
  }

  startScenario(start: ScenarioStart): ScenarioRecorder {
    const { journal } = this.#options;
    journal.append(encodeEntry({ entry: 'scenario_started', scenario: start }));
    journal.flush();
    return new ScenarioRecorder(this, this.#options, start);
  }

  nextSequence(): number {
    return ++this.#sequence;
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

/**
 * Knows which activity the running code belongs to. Following it through promises costs a little on every
 * promise of the process, so it is off until a hub hands one capability to another.
 */
export class NestingTracker {
  #context: AsyncLocalStorage<RunningActivity> | null = null;

  enable(): void {
    this.#context ??= new AsyncLocalStorage();
  }

  get current(): RunningActivity | null {
    return this.#context?.getStore() ?? null;
  }

  run<Result>(activity: RunningActivity, call: () => Result): Result {
    return this.#context === null ? call() : this.#context.run(activity, call);
  }
}

/** One method of one capability within one scenario; what is the same for all its calls is made once. */
export interface RecordedMethod {
  readonly capability: string;
  readonly method: string;
  readonly subjectJson: string;
}

/** A call that has begun and not ended. */
export class RunningActivity {
  readonly sequence: number;
  readonly scenario: ScenarioRecorder;
  readonly method: RecordedMethod;
  readonly parent: RunningActivity | null;
  readonly fault: string | null;
  readonly startedAtEpochMs: number;
  startedMs = 0;
  before: ProcessSample | null = null;
  firstResultMs: number | null = null;
  /** Activities of the worker that were running when this one began, ancestors left out. */
  overlappingAtStart = 0;
  startedCountAtStart = 0;
  descendants = 0;
  noted = false;
  settled = false;
  /** True while a generator or a lazy promise does nothing because its caller does not ask. */
  waitsForCaller = false;

  constructor(
    sequence: number,
    scenario: ScenarioRecorder,
    method: RecordedMethod,
    parent: RunningActivity | null,
    startedAtEpochMs: number,
  ) {
    this.sequence = sequence;
    this.scenario = scenario;
    this.method = method;
    this.parent = parent;
    this.fault = scenario.fault;
    this.startedAtEpochMs = startedAtEpochMs;
  }
}

export interface MetricInput {
  /** Capability it belongs to; left out, the scenario's kind. */
  readonly capability?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

export interface IssueInput {
  readonly severity: Severity;
  readonly description: string;
  readonly capability?: string;
  readonly issueType?: string;
  readonly suggestedFix?: string;
  readonly reproducible?: boolean;
}

/** Records the activities, metrics and issues of one attempt at one scenario. */
export class ScenarioRecorder {
  readonly #recorder: ActivityRecorder;
  readonly #options: RecorderOptions;
  readonly start: ScenarioStart;
  /** Name of the fault in force; activities that begin meanwhile carry it. */
  fault: string | null = null;
  #ended = false;

  constructor(recorder: ActivityRecorder, options: RecorderOptions, start: ScenarioStart) {
    this.#recorder = recorder;
    this.#options = options;
    this.start = start;
  }

  get nesting(): NestingTracker {
    return this.#recorder.nesting;
  }

  describeMethod(capability: string, method: string): RecordedMethod {
    const boundedMethod = redactBeginning(method, 200).text;
    const { taskId, attempt } = this.start;
    return {
      capability,
      method: boundedMethod,
      subjectJson: encodeSubject(taskId, attempt, capability, boundedMethod),
    };
  }

  begin(method: RecordedMethod): RunningActivity {
    const recorder = this.#recorder;
    const { clock, sampler } = this.#options;
    const parent = recorder.nesting.current;
    const activity = new RunningActivity(recorder.nextSequence(), this, method, parent, clock.epochMs());
    let ancestors = 0;
    for (let ancestor = parent; ancestor !== null; ancestor = ancestor.parent) {
      ancestor.descendants++;
      // One that is over is not among the running ones any more.
      if (!ancestor.settled) ancestors++;
    }
    activity.overlappingAtStart = Math.max(0, recorder.running.size - ancestors);
    activity.startedCountAtStart = ++recorder.startedCount;
    recorder.running.add(activity);
    this.#options.journal.scheduleFlush();
    activity.before = sampler.read(clock.monotonicMs());
    // The clock is read last, so that the recorder's own work is not counted as the call's.
    activity.startedMs = clock.monotonicMs();
    return activity;
  }

  /** The first item of a generator has come. */
  markFirstResult(activity: RunningActivity): void {
    activity.firstResultMs ??= this.#options.clock.monotonicMs() - activity.startedMs;
  }

  succeed(activity: RunningActivity, result: unknown): void {
    const endedMs = this.#options.clock.monotonicMs();
    if (this.#settle(activity)) {
      this.#write(activity, endedMs, 'succeeded', null, digestValue(result, this.#options.digestLimits));
    }
  }

  fail(activity: RunningActivity, thrown: unknown): void {
    const endedMs = this.#options.clock.monotonicMs();
    if (this.#settle(activity)) this.#write(activity, endedMs, 'failed', captureError(thrown), null);
  }

  /** The caller stopped asking before the end, by `return()` of a generator. */
  abandon(activity: RunningActivity, result: unknown): void {
    const endedMs = this.#options.clock.monotonicMs();
    if (this.#settle(activity)) {
      this.#write(activity, endedMs, 'abandoned', null, digestValue(result, this.#options.digestLimits));
    }
  }

  /** Notes a call that is still running; if its process dies, this line is all that is left of it. */
  note(activity: RunningActivity): void {
    activity.noted = true;
    this.#write(activity, this.#options.clock.monotonicMs(), 'crashed', null, null, true);
  }

  /** @throws RealWorldError `RECORD_INVALID` for a name, value or unit that cannot be stored */
  recordMetric(metricType: string, value: number, unit: string, input: MetricInput = {}): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new RealWorldError(
        'RECORD_INVALID',
        `record.metric("${metricType}") was given ${String(value)}. A metric is a finite number; check the division before it.`,
      );
    }
    requireText('record.metric(name, value, unit)', 'name', metricType);
    requireText(`record.metric("${metricType}")`, 'unit', unit);
    requireTextIfGiven(`record.metric("${metricType}")`, 'capability', input.capability);
    const { journal, clock, digestLimits } = this.#options;
    const context = input.context === undefined ? {} : boundContext(input.context, digestLimits);
    const metric = {
      metricId: activityIdOf(journal.journalId, this.#recorder.nextSequence()),
      taskId: this.start.taskId,
      atMs: clock.epochMs(),
      capability: input.capability ?? this.start.kind,
      metricType: metricType.slice(0, 200),
      value,
      unit: unit.slice(0, 40),
      context,
    };
    journal.append(encodeEntry({ entry: 'metric', metric }));
  }

  /** @throws RealWorldError `RECORD_INVALID` for a description, severity, capability or fix that cannot be stored */
  recordIssue(input: IssueInput): void {
    requireText('record.issue({ description })', 'description', input.description);
    if (!severities.includes(input.severity)) {
      throw new RealWorldError(
        'RECORD_INVALID',
        `record.issue({ severity }) was given ${String(input.severity)}. Use one of ${severities.join(', ')}.`,
      );
    }
    requireTextIfGiven('record.issue({ capability })', 'capability', input.capability);
    requireTextIfGiven('record.issue({ issueType })', 'type', input.issueType);
    requireTextIfGiven('record.issue({ suggestedFix })', 'fix', input.suggestedFix);
    const { journal, clock } = this.#options;
    const issue: Issue = {
      issueId: activityIdOf(journal.journalId, this.#recorder.nextSequence()),
      taskId: this.start.taskId,
      atMs: clock.epochMs(),
      severity: input.severity,
      capability: input.capability ?? this.start.kind,
      issueType: input.issueType ?? 'reported',
      description: redactBeginning(input.description, 10_000).text,
      suggestedFix:
        input.suggestedFix === undefined ? null : redactBeginning(input.suggestedFix, 10_000).text,
      reproducible: input.reproducible ?? null,
      evidenceActivityId: null,
    };
    journal.append(encodeEntry({ entry: 'issue', issue }));
  }

  /**
   * Ends the attempt: calls that are still running are recorded as `timed_out`, those that their caller stopped asking
   * as `abandoned`, and everything is flushed.
   */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { clock, journal } = this.#options;
    const endedMs = clock.monotonicMs();
    for (const activity of this.#recorder.running) {
      if (activity.scenario !== this) continue;
      this.#settle(activity);
      if (activity.waitsForCaller) this.#write(activity, endedMs, 'abandoned', null, null);
      else this.#write(activity, endedMs, 'timed_out', unfinishedError, null);
    }
    const { taskId, attempt } = this.start;
    journal.append(encodeEntry({ entry: 'scenario_ended', taskId, attempt, atMs: clock.epochMs() }));
    journal.flush();
  }

  #settle(activity: RunningActivity): boolean {
    // A call that settles after its scenario ended is recorded already.
    if (activity.settled) return false;
    activity.settled = true;
    this.#recorder.running.delete(activity);
    return true;
  }

  #write(
    activity: RunningActivity,
    endedMs: number,
    outcome: ActivityOutcome,
    error: CapturedError | null,
    resultJson: string | null,
    running = false,
  ): void {
    const { sampler, journal } = this.#options;
    const after = sampler.read(endedMs);
    const before = activity.before ?? after;
    const sampledMs = after.atMs - before.atMs;
    const startedMeanwhile =
      this.#recorder.startedCount - activity.startedCountAtStart - activity.descendants;
    journal.append(
      encodeActivity({
        running,
        sequence: activity.sequence,
        subjectJson: activity.method.subjectJson,
        startedAtUs: Math.round(activity.startedAtEpochMs * 1_000),
        durationNs: Math.round((endedMs - activity.startedMs) * 1_000_000),
        outcome,
        cpuUs: after.cpuUs - before.cpuUs,
        rssBeforeBytes: before.rssBytes,
        rssAfterBytes: after.rssBytes,
        heapBeforeBytes: before.heapUsedBytes,
        heapAfterBytes: after.heapUsedBytes,
        externalBeforeBytes: before.externalBytes,
        externalAfterBytes: after.externalBytes,
        loopPermille:
          sampledMs > 0
            ? Math.min(1_000, Math.round(((after.loopActiveMs - before.loopActiveMs) / sampledMs) * 1_000))
            : -1,
        overlapping: activity.overlappingAtStart + Math.max(0, startedMeanwhile),
        parent: activity.parent?.sequence ?? 0,
        firstResultNs: activity.firstResultMs === null ? -1 : Math.round(activity.firstResultMs * 1_000_000),
        fault: activity.fault,
        error,
        resultJson,
      }),
    );
  }
}

const unfinishedError: CapturedError = {
  name: 'Unfinished',
  message: 'The call was still running when its scenario ended.',
};

function boundContext(
  context: Readonly<Record<string, unknown>>,
  limits: DigestLimits,
): Readonly<Record<string, unknown>> {
  const digest = digestValue(context, limits);
  return digest === null ? {} : (JSON.parse(digest) as Record<string, unknown>);
}

function requireText(call: string, what: string, text: unknown): void {
  if (typeof text === 'string' && text.trim() !== '') return;
  throw new RealWorldError('RECORD_INVALID', `${call} needs a ${what}: a text that is not empty.`);
}

function requireTextIfGiven(call: string, what: string, text: unknown): void {
  if (text !== undefined) requireText(call, what, text);
}
