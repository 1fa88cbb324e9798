import { RealWorldError } from '../errors.js';
import {
  type ActivityOutcome,
  type CapturedError,
  type Issue,
  type ScenarioStart,
  type Severity,
  severities,
} from '../model.js';
import type { ActivityRecorder, RecorderOptions } from './activity-recorder.js';
import { captureError, type DigestLimits, digestValue } from './digest.js';
import { activityIdOf, encodeActivity, encodeEntry, encodeSubject } from './journal-codec.js';
import { redactBeginning } from './redact.js';
import { RepeatedInputs } from './repeated-inputs.js';
import { type NestingTracker, type RecordedMethod, RunningActivity } from './running-activity.js';

/** An activity that has just been written, for who counts along in the worker. */
export interface ObservedActivity {
  readonly activityId: string;
  readonly capability: string;
  readonly method: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: ActivityOutcome;
  readonly fault: string | null;
  /** Null when calls are timed only. */
  readonly cpuTimeMs: number | null;
}

export interface ActivityObserver {
  observe(activity: ObservedActivity): void;
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
  observer: ActivityObserver | null = null;
  #ended = false;
  readonly #methods: RecordedMethod[] = [];
  readonly #waitedMsBefore: number;

  constructor(recorder: ActivityRecorder, options: RecorderOptions, start: ScenarioStart) {
    this.#recorder = recorder;
    this.#options = options;
    this.start = start;
    this.#waitedMsBefore = options.journal.waitedMs;
  }

  get nesting(): NestingTracker {
    return this.#recorder.nesting;
  }

  describeMethod(capability: string, method: string): RecordedMethod {
    const boundedMethod = redactBeginning(method, 200).text;
    const { taskId, attempt } = this.start;
    const described: RecordedMethod = {
      capability,
      method: boundedMethod,
      subjectJson: encodeSubject(taskId, attempt, capability, boundedMethod),
      repeated: new RepeatedInputs(),
      newestSequence: 0,
    };
    this.#methods.push(described);
    return described;
  }

  /** @param input what the call is given; left out where it cannot be compared with another call's */
  begin(method: RecordedMethod, input: readonly unknown[] | null = null): RunningActivity {
    const recorder = this.#recorder;
    const { clock, sampler, journal } = this.#options;
    const parent = recorder.nesting.current;
    const activity = new RunningActivity(recorder.nextSequence(), this, method, parent);
    method.newestSequence = activity.sequence;
    activity.input = input;
    let ancestors = 0;
    for (let ancestor = parent; ancestor !== null; ancestor = ancestor.parent) {
      ancestor.descendants++;
      // One that is over is not among the running ones any more.
      if (!ancestor.settled) ancestors++;
    }
    activity.overlappingAtStart = Math.max(0, recorder.running.size - ancestors);
    activity.startedCountAtStart = ++recorder.startedCount;
    recorder.running.add(activity);
    journal.scheduleFlush();
    activity.startedMs = clock.monotonicMs();
    if (sampler === null) return activity;
    activity.before = sampler.read(activity.startedMs);
    // The clock is read last, so that the taking of a new sample is not counted as the call's.
    if (activity.before.atMs === activity.startedMs) activity.startedMs = clock.monotonicMs();
    return activity;
  }

  /** The first item of a generator has come. */
  markFirstResult(activity: RunningActivity): void {
    activity.firstResultMs ??= this.#options.clock.monotonicMs() - activity.startedMs;
  }

  succeed(activity: RunningActivity, result: unknown): void {
    const endedMs = this.#options.clock.monotonicMs();
    const { input } = activity;
    if (!this.#settle(activity)) return;
    this.#write(activity, endedMs, 'succeeded', null, digestValue(result, this.#options.digestLimits));
    const { repeated } = activity.method;
    if (input !== null && repeated.isWatching) repeated.noteSuccess(input, activity.sequence);
  }

  fail(activity: RunningActivity, thrown: unknown): void {
    const endedMs = this.#options.clock.monotonicMs();
    const { input } = activity;
    if (!this.#settle(activity)) return;
    this.#write(activity, endedMs, 'failed', captureError(thrown), null);
    // What fails under an injected fault was asked to.
    if (input !== null && activity.fault === null)
      activity.method.repeated.noteFailure(input, activity.sequence);
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
    if (typeof value !== 'number' || !(Math.abs(value) <= metricMax)) {
      throw new RealWorldError(
        'RECORD_INVALID',
        `record.metric("${metricType}") was given ${String(value)}. A metric is a finite number, at most 1e150 either way; check the division before it.`,
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
      capability: boundName(input.capability ?? this.start.kind),
      metricType: boundName(metricType),
      value,
      unit: redactBeginning(unit, 40).text,
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
      capability: boundName(input.capability ?? this.start.kind),
      issueType: boundName(input.issueType ?? 'reported'),
      description: redactBeginning(input.description, 10_000).text,
      suggestedFix:
        input.suggestedFix === undefined ? null : redactBeginning(input.suggestedFix, 10_000).text,
      reproducible: input.reproducible ?? null,
      evidenceActivityId: this.#newestActivityOf(input.capability ?? this.start.kind),
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
    const { clock, journal, loop } = this.#options;
    const endedMs = clock.monotonicMs();
    for (const activity of this.#recorder.running) {
      if (activity.scenario !== this) continue;
      this.#settle(activity);
      if (activity.waitsForCaller) this.#write(activity, endedMs, 'abandoned', null, null);
      else this.#write(activity, endedMs, 'timed_out', unfinishedError, null);
    }
    const { taskId, attempt } = this.start;
    this.#recordBackPressure();
    this.#recordFlakyInputs();
    journal.append(encodeEntry({ entry: 'scenario_ended', taskId, attempt, atMs: clock.epochMs() }));
    journal.flush();
    loop?.stop();
  }

  /** Waiting for the main process slows the scenario down, though no call of it is timed longer: the record says so. */
  #recordBackPressure(): void {
    const waitedMs = this.#options.journal.waitedMs - this.#waitedMsBefore;
    if (waitedMs > 0) this.recordMetric('back_pressure', waitedMs, 'ms', { capability: 'recorder' });
  }

  #recordFlakyInputs(): void {
    const { journalId } = this.#options.journal;
    for (const { capability, method, repeated } of this.#methods) {
      for (const { failed, succeeded, failedSequence, succeededSequence } of repeated.flaky()) {
        const context = {
          method,
          failed,
          succeeded,
          failedActivityId: activityIdOf(journalId, failedSequence),
          succeededActivityId: activityIdOf(journalId, succeededSequence),
        };
        this.recordMetric('flaky_input', failed / (failed + succeeded), 'share', { capability, context });
      }
    }
  }

  /** The newest call of a capability: what shows best what was just said of it. */
  #newestActivityOf(capability: string): string | null {
    const newest = this.#methods
      .filter((method) => method.capability === capability)
      .reduce((most, { newestSequence }) => Math.max(most, newestSequence), 0);
    return newest === 0 ? null : activityIdOf(this.#options.journal.journalId, newest);
  }

  #settle(activity: RunningActivity): boolean {
    // A call that settles after its scenario ended is recorded already.
    if (activity.settled) return false;
    activity.settled = true;
    activity.input = null;
    this.#recorder.running.remove(activity);
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
    const recorder = this.#recorder;
    const { sampler, loop, journal } = this.#options;
    const after = sampler === null ? null : sampler.read(endedMs);
    const startedAtMs = activity.startedMs + recorder.epochOffsetMs;
    const startedAtSeconds = Math.floor(startedAtMs / 1_000);
    const startedMeanwhile = recorder.startedCount - activity.startedCountAtStart - activity.descendants;
    journal.append(
      encodeActivity({
        running,
        sequence: activity.sequence,
        subjectJson: activity.method.subjectJson,
        startedAtSeconds,
        startedAtUs: Math.floor((startedAtMs - startedAtSeconds * 1_000) * 1_000),
        durationNs: Math.round((endedMs - activity.startedMs) * 1_000_000),
        outcome,
        usageJson: recorder.usageJson(activity.before, after),
        overlapping: activity.overlappingAtStart + Math.max(0, startedMeanwhile),
        parent: activity.parent?.sequence ?? 0,
        firstResultNs: activity.firstResultMs === null ? -1 : Math.round(activity.firstResultMs * 1_000_000),
        fault: activity.fault,
        error,
        stallMs: loop === null ? 0 : loop.longestStallMs(activity.startedMs, endedMs),
        resultJson,
      }),
      endedMs,
    );
    if (this.observer === null || running) return;
    this.observer.observe({
      activityId: activityIdOf(journal.journalId, activity.sequence),
      capability: activity.method.capability,
      method: activity.method.method,
      startedMs: activity.startedMs,
      endedMs,
      outcome,
      fault: activity.fault,
      cpuTimeMs:
        after === null || activity.before === null ? null : (after.cpuUs - activity.before.cpuUs) / 1_000,
    });
  }
}

const unfinishedError: CapturedError = {
  name: 'Unfinished',
  message: 'The call was still running when its scenario ended.',
};

/** Larger values have no mean and no sum. */
const metricMax = 1e150;

function boundName(name: string): string {
  return redactBeginning(name, 200).text;
}

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
