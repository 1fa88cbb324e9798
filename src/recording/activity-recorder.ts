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
import {
  activityIdOf,
  encodeActivity,
  encodeEntry,
  encodeSubject,
  encodeUsage,
  usageNotMeasured,
} from './journal-codec.js';
import type { JournalWriter } from './journal-writer.js';
import type { ProcessSampler } from './process-sampler.js';
import { redactBeginning } from './redact.js';
import {
  NestingTracker,
  type RecordedMethod,
  RunningActivities,
  RunningActivity,
} from './running-activity.js';

/** A call that runs longer than this is noted in the journal before it ends, so that a crash does not lose it. */
const noteRunningAfterMs = 100;

export interface RecorderOptions {
  readonly sessionId: string;
  readonly journal: JournalWriter;
  /** Null when calls are timed only. */
  readonly sampler: ProcessSampler | null;
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
    const { journal } = this.#options;
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
    return {
      capability,
      method: boundedMethod,
      subjectJson: encodeSubject(taskId, attempt, capability, boundedMethod),
    };
  }

  begin(method: RecordedMethod): RunningActivity {
    const recorder = this.#recorder;
    const { clock, sampler, journal } = this.#options;
    const parent = recorder.nesting.current;
    const activity = new RunningActivity(recorder.nextSequence(), this, method, parent);
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
    this.#recordBackPressure();
    journal.append(encodeEntry({ entry: 'scenario_ended', taskId, attempt, atMs: clock.epochMs() }));
    journal.flush();
  }

  /** Waiting for the main process slows the scenario down, though no call of it is timed longer: the record says so. */
  #recordBackPressure(): void {
    const waitedMs = this.#options.journal.waitedMs - this.#waitedMsBefore;
    if (waitedMs > 0) this.recordMetric('back_pressure', waitedMs, 'ms', { capability: 'recorder' });
  }

  #settle(activity: RunningActivity): boolean {
    // A call that settles after its scenario ended is recorded already.
    if (activity.settled) return false;
    activity.settled = true;
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
    const { sampler, journal } = this.#options;
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
        resultJson,
      }),
      endedMs,
    );
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
