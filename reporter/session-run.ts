import { dirname, join } from 'node:path';
import { systemClock } from '../src/clock.js';
import { messageOf } from '../src/errors.js';
import type { GateVerdict, RunLimits } from '../src/gate.js';
import type { Issue, JournalEntry, SessionReport, SessionStatus } from '../src/model.js';
import type { ResolvedOptions } from '../src/options.js';
import { flushIntervalMs } from '../src/recording/journal-writer.js';
import { type LimitBreach, SafetyWatch } from '../src/recording/safety-limits.js';
import { SystemMonitor } from '../src/recording/system-monitor.js';
import type { TerminalOptions } from '../src/report/terminal.js';
import { type Conclusion, concludeSession, type SessionGate } from '../src/session/conclude-session.js';
import {
  createSessionDirectory,
  isRunning,
  removeSessionDirectory,
  sessionDirectory,
} from '../src/session/session-directories.js';
import { SessionFeed, type SessionFeedOptions } from '../src/session/session-feed.js';
import { type SessionEnd, SessionLog } from '../src/session/session-log.js';
import { isLocked, lockTimeoutMs } from '../src/storage/open-database.js';
import type { SessionStart } from '../src/storage/session-start.js';
import type { ScenarioEnd, SessionStore } from '../src/storage/session-store.js';
import { msPerMinute } from '../src/units.js';
import { deliverAlerts } from './alerts/deliver-alerts.js';
import { describeWayBack } from './describe-way-back.js';
import { LiveOutput } from './live-output.js';
import { publishReport } from './publish-report.js';
import { reportFromJournals } from './report-from-journals.js';
import { StoreTrouble } from './store-trouble.js';

const tailIntervalMs = 200;
/** Longest time that storing takes the thread that Vitest needs too, and the pause after it. */
const storeAtOnceMs = 100;
const breathMs = 5;
/** While tests run, a lock is waited for only briefly: waiting takes the thread that Vitest needs. */
const tailLockTimeoutMs = 100;
/** Workers write what they hold within the flush interval; an interrupted run waits for that, and a little more. */
const settleMs = flushIntervalMs * 1.5;
/** A person who pressed Ctrl-C does not wait for another process's lock. */
const interruptedLockTimeoutMs = Math.min(2_000, lockTimeoutMs);
const triesAtEnd = 3;
const pauseBetweenTriesMs = 100;

export interface SessionRunOptions {
  readonly store: SessionStore;
  readonly start: SessionStart;
  readonly options: ResolvedOptions;
  /** Absolute path of the tool's folder, `.realworld`. */
  readonly directory: string;
  /** Absolute path that the file for alerts is named from. */
  readonly rootPath: string;
  /** Where live lines and the report are printed. */
  readonly print: (text: string) => void;
  readonly look: TerminalOptions;
  /** Files of scenarios in this run. */
  readonly filesTotal: number;
  /** Ends the run early: what runs is told by its signal, what is to come is skipped. */
  readonly cancelRun: () => void;
}

/** Why a session ends before its scenarios do. */
interface EarlyEnd {
  readonly status: SessionStatus;
  readonly reason: string;
}

/**
 * One session while it is open: stores what the journals bring, watches the machine, and ends with the report. Nothing
 * that happens to the database or the disk is thrown out of it: it is said, and the user's tests go on.
 */
export class SessionRun {
  readonly journalDirectory: string;
  readonly #run: SessionRunOptions;
  readonly #log: SessionLog;
  readonly #feedOptions: Omit<SessionFeedOptions, 'store' | 'onEntries'>;
  readonly #feed: SessionFeed;
  readonly #monitor: SystemMonitor;
  readonly live: LiveOutput;
  readonly #safety: SafetyWatch;
  readonly #trouble: StoreTrouble;
  /** The newest word of every worker about what it could not write. */
  readonly #unwritten = new Map<string, Issue>();
  #timer: NodeJS.Timeout | null = null;
  #failureSaid = false;
  #finished = false;
  #earlyEnd: EarlyEnd | null = null;
  #isCancelled = false;
  readonly #scenarioGates = new Map<string, RunLimits>();
  #report: SessionReport | null = null;

  constructor(run: SessionRunOptions) {
    this.#run = run;
    const { store, start, options, directory } = run;
    const { seed } = start;
    const retention = options.retention === undefined ? null : { ...options.retention, seed };
    this.journalDirectory = sessionDirectory(join(directory, 'journal'), start.sessionId);
    this.#guard(() =>
      createSessionDirectory(this.journalDirectory, { database: store.path, start, retention }),
    );
    this.#log = new SessionLog(this.journalDirectory);
    this.#feedOptions = {
      start,
      directory: this.journalDirectory,
      log: this.#log,
      retention,
      systemAt: (epochMs) => this.#monitor.at(epochMs),
    };
    this.#feed = new SessionFeed({
      ...this.#feedOptions,
      store,
      onEntries: (entries) => this.#observe(entries),
    });
    this.live = new LiveOutput({
      sessionId: start.sessionId,
      filesTotal: run.filesTotal,
      expectedMs: this.#expectedMs(),
      intervalMs: options.monitorIntervalSeconds * 1_000,
      print: run.print,
    });
    this.#safety = new SafetyWatch(options.limits);
    this.#trouble = new StoreTrouble((sentence) => this.#say(sentence));
    this.#monitor = new SystemMonitor({
      intervalMs: options.monitorIntervalSeconds * 1_000,
      clock: systemClock,
      diskPaths: [start.projectPath, dirname(store.path)],
      workerPids: () => this.#feed.workerPids,
      onSample: (sample) => {
        this.#log.append({ fact: 'sample', sample });
        this.live.observeSample(sample);
        this.#stopAt(this.#safety.observeSample(sample));
      },
      onFailure: (thrown) => this.#sayFailure(thrown),
    });
  }

  get sessionId(): string {
    return this.#run.start.sessionId;
  }

  begin(): void {
    this.#monitor.start();
    this.#storeNew();
    this.#scheduleTick(tailIntervalMs);
  }

  /** Why the session ends before its scenarios do, or null. */
  get stopReason(): string | null {
    return this.#earlyEnd?.reason ?? null;
  }

  saveScenario(scenario: ScenarioEnd): void {
    this.#log.append({ fact: 'scenario', scenario });
    this.live.endScenario(scenario.taskId);
  }

  /** What a worker could not write, told by another way than its journal; kept unless the journal says it as well. */
  noteUnwritten(issue: Issue): void {
    this.#unwritten.set(issue.issueId, issue);
  }

  /** What a scenario holds its own calls to. */
  noteGate(taskId: string, limits: RunLimits): void {
    this.#scenarioGates.set(taskId, limits);
  }

  /**
   * Ends the session: everything that the journals hold is stored, analysed, printed and saved as a report, and whoever is to be
   * told is told. @returns what its gate says, or null when there is no report
   */
  async finish(status: SessionStatus, stopReason: string | null): Promise<GateVerdict | null> {
    await this.#monitor.stop().catch((thrown: unknown) => this.#sayFailure(thrown));
    const end = this.#earlyEnd ?? { status, reason: stopReason };
    this.#finishNow(end.status, end.reason, lockTimeoutMs);
    const report = this.#report;
    if (report === null) return null;
    const { options, rootPath } = this.#run;
    const untold = await deliverAlerts(report, options.alerts, rootPath, process.env);
    for (const sentence of untold) this.#say(sentence);
    return report.gate;
  }

  /** As `finish`, for a process that is about to exit and can no longer wait for events. */
  finishInterrupted(): void {
    sleep(settleMs);
    const end: EarlyEnd = this.#earlyEnd ?? { status: 'stopped', reason: 'the run was interrupted' };
    this.#finishNow(end.status, end.reason, interruptedLockTimeoutMs);
  }

  #finishNow(status: SessionStatus, stopReason: string | null, waitMs: number): void {
    if (this.#finished) return;
    this.#finished = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    try {
      this.#monitor.halt();
      const end = { status, stopReason, endedAtMs: systemClock.epochMs() };
      for (const issue of this.#unwritten.values()) this.#log.append({ fact: 'issue', issue });
      this.#log.append({ fact: 'end', end });
      this.#storeAndPublish(end, waitMs);
    } catch (thrown) {
      // Whatever it is, a run of tests does not fail because of what measures it.
      this.#sayFailure(thrown);
    } finally {
      this.#feed.close();
    }
  }

  #storeAndPublish(end: SessionEnd, waitMs: number): void {
    // The worker of an interrupted run may be alive and write more; the next run then finds its journal and adds it.
    const workersLive = (): boolean => end.status === 'stopped' && this.#feed.workerPids.some(isRunning);
    let failure: unknown;
    for (let tried = 1; tried <= triesAtEnd; tried++) {
      try {
        const { report, readPage } = this.#conclude(end, waitMs, workersLive);
        this.#report = report;
        if (!workersLive()) this.#guard(() => removeSessionDirectory(this.journalDirectory));
        this.#publish(report, readPage, `Database: ${this.#run.store.path}`);
        return;
      } catch (thrown) {
        failure = thrown;
        // A lock was waited for already.
        if (isLocked(thrown)) break;
        if (tried < triesAtEnd) sleep(pauseBetweenTriesMs);
      }
    }
    this.#leaveInJournals(end, workersLive, failure);
  }

  #conclude(end: SessionEnd, waitMs: number, workersLive: () => boolean): Conclusion {
    const { store } = this.#run;
    return concludeSession({ store, feed: this.#feed, sessionId: this.sessionId }, () => end, {
      lockTimeoutMs: waitMs,
      workersLive,
      gate: this.#gate(),
    });
  }

  #gate(): SessionGate {
    return { settings: this.#run.options.gate, scenarios: this.#scenarioGates };
  }

  /** The end of a session whose database cannot be used: the journals stay, and the report is made from them. */
  #leaveInJournals(end: SessionEnd, workersLive: () => boolean, failure: unknown): void {
    const { store, options } = this.#run;
    this.#log.append({ fact: 'left' });
    let aboutReport = '';
    if (options.report) {
      try {
        const publish = (report: SessionReport, readPage: Conclusion['readPage']): void =>
          this.#publish(report, readPage, `Database: ${store.path} (not stored)`);
        this.#report = reportFromJournals(this.#feedOptions, end, workersLive, this.#gate(), publish);
        aboutReport = ' The report above was made from the journals alone.';
      } catch (thrown) {
        aboutReport = ` There is no report: ${messageOf(thrown)}.`;
      }
    }
    const [first, ...others] = [
      `this session could not be stored in the database ${store.path}: ${messageOf(failure).replace(/\.$/, '')}.${aboutReport}`,
      ...describeWayBack(this.#run.directory, this.journalDirectory, failure),
    ];
    this.#run.print(`vitest-realworld: ${first}\n${others.map((line) => `  ${line}\n`).join('')}`);
  }

  #scheduleTick(inMs: number): void {
    this.#timer = setTimeout(() => {
      let more = false;
      this.#guard(() => {
        more = this.#storeNew();
        this.#stopAtDurationLimit();
        this.#cancelWhenHeard();
        if (!this.#run.options.quiet) this.live.printDue();
      });
      if (!this.#finished) this.#scheduleTick(more ? breathMs : tailIntervalMs);
    }, inMs);
    this.#timer.unref();
  }

  /** @returns whether there is more to store */
  #storeNew(): boolean {
    const nowMs = systemClock.monotonicMs();
    if (!this.#trouble.mayTry(nowMs)) return false;
    try {
      let more = true;
      while (more && systemClock.monotonicMs() - nowMs < storeAtOnceMs) {
        more = this.#feed.pump(tailLockTimeoutMs).more;
      }
      this.#trouble.succeeded();
      return more;
    } catch (thrown) {
      this.#trouble.failed(thrown, nowMs);
      return false;
    }
  }

  #observe(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      this.live.observe(entry);
      if (entry.entry === 'activity') this.#stopAt(this.#safety.observeActivity(entry.activity));
    }
  }

  /** The limit of the session, or how long the last one like it took. */
  #expectedMs(): number | null {
    const { store, start, options } = this.#run;
    if (options.sessionMinutesMax !== undefined) return options.sessionMinutesMax * msPerMinute;
    let expectedMs: number | null = null;
    this.#guard(() => {
      expectedMs = store.readUsualDurationMs(start);
    });
    return expectedMs;
  }

  /** A limit that is breached stops the session once, and is its first issue. */
  #stopAt(breach: LimitBreach | null): void {
    if (breach === null || this.#earlyEnd !== null || this.#finished) return;
    const issue: Issue = {
      issueId: `${this.sessionId}:${breach.limit}`,
      taskId: null,
      atMs: systemClock.epochMs(),
      severity: 'critical',
      capability: 'system',
      issueType: breach.issueType,
      description: breach.description,
      suggestedFix: breach.suggestedFix,
      reproducible: null,
      evidenceActivityId: breach.activityId,
    };
    this.#log.append({ fact: 'issue', issue });
    this.#endEarly({ status: 'stopped', reason: breach.description });
  }

  #stopAtDurationLimit(): void {
    const { start, options } = this.#run;
    const limitMinutes = options.sessionMinutesMax;
    if (limitMinutes === undefined || this.#earlyEnd !== null) return;
    if (systemClock.epochMs() - start.startedAtMs < limitMinutes * msPerMinute) return;
    this.#endEarly({
      status: 'completed',
      reason: `the session reached its limit of ${limitMinutes} minutes`,
    });
  }

  #endEarly(end: EarlyEnd): void {
    this.#earlyEnd = end;
    this.#say(`the session ends now: ${end.reason}`);
    this.#cancelWhenHeard();
  }

  /** A cancel before the worker is up is lost, and Vitest then waits for it for ever; a scenario that runs hears it. */
  #cancelWhenHeard(): void {
    if (this.#earlyEnd === null || this.#isCancelled || !this.live.isScenarioRunning) return;
    this.#isCancelled = true;
    this.#run.cancelRun();
  }

  #publish(report: SessionReport, readPage: Conclusion['readPage'], lastLine: string): void {
    const { directory, print, look, options } = this.#run;
    if (!options.report) return;
    publishReport(report, {
      folder: join(directory, 'reports'),
      readPage: options.html ? readPage : null,
      print,
      look,
      summaryFile: process.env.GITHUB_STEP_SUMMARY,
      lastLine,
    });
  }

  /** A failure of the tool is said once and never ends the user's run. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#sayFailure(thrown);
    }
  }

  #sayFailure(thrown: unknown): void {
    if (this.#failureSaid) return;
    this.#failureSaid = true;
    this.#say(`recording has trouble: ${messageOf(thrown)}`);
  }

  #say(sentence: string): void {
    this.#run.print(`vitest-realworld: ${sentence}\n`);
  }
}

/** Waits without giving up the thread: on the way out of a process no timer runs any more. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
