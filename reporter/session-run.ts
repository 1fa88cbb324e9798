import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { analyzeSession, ruleIssues } from '../src/analysis/analyze-session.js';
import { systemClock } from '../src/clock.js';
import { messageOf } from '../src/errors.js';
import type { Issue, SessionReport, SessionStatus } from '../src/model.js';
import type { ResolvedOptions } from '../src/options.js';
import { type DamagedLine, JournalReader } from '../src/recording/journal-reader.js';
import { flushIntervalMs } from '../src/recording/journal-writer.js';
import { type LimitBreach, SafetyWatch } from '../src/recording/safety-limits.js';
import { SystemMonitor } from '../src/recording/system-monitor.js';
import { renderJson } from '../src/report/json.js';
import { LiveGroups } from '../src/report/live.js';
import { renderTerminal } from '../src/report/terminal.js';
import type { SessionIngest } from '../src/storage/ingest.js';
import type { ScenarioEnd, SessionStart, SessionStore } from '../src/storage/session-store.js';
import { msPerMinute } from '../src/units.js';
import { createSessionDirectory, isRunning, removeSessionDirectory } from './session-directories.js';

const tailIntervalMs = 200;
/** Workers write what they hold within the flush interval; an interrupted run waits for that, and a little more. */
const settleMs = flushIntervalMs * 1.5;

export interface SessionRunOptions {
  readonly store: SessionStore;
  readonly start: SessionStart;
  readonly options: ResolvedOptions;
  /** Absolute path of the tool's folder, `.realworld`. */
  readonly directory: string;
  /** Where live lines and the report are printed. */
  readonly print: (text: string) => void;
  readonly colors: boolean;
  /** Ends the run early: what runs is told by its signal, what is to come is skipped. */
  readonly cancelRun: () => void;
}

/** Why a session ends before its scenarios do. */
interface EarlyEnd {
  readonly status: SessionStatus;
  readonly reason: string;
}

/** One session while it is open: tails the journals, watches the machine, and ends with the report. */
export class SessionRun {
  readonly journalDirectory: string;
  readonly #run: SessionRunOptions;
  readonly #reader: JournalReader;
  readonly #ingest: SessionIngest;
  readonly #monitor: SystemMonitor;
  readonly #live = new LiveGroups();
  #timer: NodeJS.Timeout | null = null;
  #lastLiveMs: number;
  #failureSaid = false;
  #finished = false;
  #earlyEnd: EarlyEnd | null = null;
  readonly #safety: SafetyWatch;

  constructor(run: SessionRunOptions) {
    this.#run = run;
    const { store, start, options, directory } = run;
    store.startSession(start);
    this.journalDirectory = createSessionDirectory(join(directory, 'journal'), store.path, start);
    this.#safety = new SafetyWatch(options.limits);
    this.#reader = new JournalReader(this.journalDirectory);
    this.#monitor = new SystemMonitor({
      intervalMs: options.monitorIntervalSeconds * 1_000,
      clock: systemClock,
      diskPaths: [start.projectPath, dirname(store.path)],
      onSample: (sample) => {
        this.#guard(() => store.saveSystemSample(start.sessionId, sample));
        this.#stopAt(this.#safety.observeSample(sample));
      },
      onFailure: (thrown) => this.#sayFailure(thrown),
    });
    this.#ingest = store.ingestFor(start.sessionId, (epochMs) => this.#monitor.at(epochMs));
    this.#lastLiveMs = systemClock.monotonicMs();
  }

  get sessionId(): string {
    return this.#run.start.sessionId;
  }

  begin(): void {
    this.#monitor.start();
    this.#timer = setInterval(() => this.#guard(() => this.#tick()), tailIntervalMs);
    this.#timer.unref();
  }

  /** Why the session ends before its scenarios do, or null. */
  get stopReason(): string | null {
    return this.#earlyEnd?.reason ?? null;
  }

  saveScenario(scenario: ScenarioEnd): void {
    this.#guard(() => this.#run.store.saveScenario(this.sessionId, scenario));
  }

  saveIssues(issues: readonly Issue[]): void {
    this.#guard(() => this.#run.store.saveIssues(this.sessionId, issues));
  }

  /** Ends the session: everything that the journals hold is stored, analysed, printed and saved as a report. */
  async finish(status: SessionStatus, stopReason: string | null): Promise<void> {
    await this.#monitor.stop();
    this.#finishNow(this.#earlyEnd?.status ?? status, this.#earlyEnd?.reason ?? stopReason);
  }

  /** As `finish`, for a process that is about to exit and can no longer wait for events. */
  finishInterrupted(): void {
    sleep(settleMs);
    this.#finishNow('stopped', 'the run was interrupted');
  }

  #finishNow(status: SessionStatus, stopReason: string | null): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#monitor.halt();
    if (this.#timer !== null) clearInterval(this.#timer);
    const { store, options } = this.#run;
    const damaged = this.#drain();
    const crashedCalls = this.#ingest.settleCrashed();
    const crashedScenarios = store.markCrashedScenarios(this.sessionId);
    if (damaged.length > 0) store.saveIssues(this.sessionId, [this.#damageIssue(damaged)]);
    const crashed = crashedCalls > 0 || crashedScenarios.length > 0;
    const endedAtMs = systemClock.epochMs();
    store.finishSession(this.sessionId, {
      status: crashed && status === 'completed' ? 'error' : status,
      endedAtMs,
      stopReason: stopReason ?? (crashed ? 'a worker died' : null),
    });
    const report = this.#analyze(endedAtMs);
    if (options.report) this.#publish(report);
    // The worker of an interrupted run may be alive and write more; the next run then finds its journal and adds it.
    const mayGrow = status === 'stopped' && this.#reader.workerPids.some(isRunning);
    if (!mayGrow) removeSessionDirectory(this.journalDirectory);
  }

  #tick(): void {
    const { entries } = this.#reader.readNew();
    this.#ingest.ingest(entries);
    for (const entry of entries) {
      if (entry.entry !== 'activity') continue;
      this.#live.add(entry.activity);
      this.#stopAt(this.#safety.observeActivity(entry.activity));
    }
    this.#stopAtDurationLimit();
    this.#printLive();
  }

  #printLive(): void {
    if (this.#run.options.quiet) return;
    const nowMs = systemClock.monotonicMs();
    if (nowMs - this.#lastLiveMs < this.#run.options.monitorIntervalSeconds * 1_000) return;
    this.#lastLiveMs = nowMs;
    for (const line of this.#live.takeLines(this.sessionId)) this.#run.print(`${line}\n`);
  }

  /** A limit that is breached stops the session once, and is its first issue. */
  #stopAt(breach: LimitBreach | null): void {
    if (breach === null || this.#earlyEnd !== null) return;
    this.saveIssues([
      {
        issueId: `${this.sessionId}:${breach.limit}`,
        taskId: null,
        atMs: systemClock.epochMs(),
        severity: 'critical',
        capability: 'system',
        issueType: 'resource_limit',
        description: breach.description,
        suggestedFix: breach.suggestedFix,
        reproducible: null,
        evidenceActivityId: breach.activityId,
      },
    ]);
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
    this.#run.print(`vitest-realworld: the session ends now: ${end.reason}\n`);
    this.#run.cancelRun();
  }

  #drain(): readonly DamagedLine[] {
    let more = true;
    while (more) {
      const read = this.#reader.readNew();
      this.#ingest.ingest(read.entries);
      more = read.more;
    }
    return [...this.#reader.damaged, ...this.#reader.readLeftovers()];
  }

  #analyze(endedAtMs: number): SessionReport {
    const { store } = this.#run;
    const facts = store.readFacts(this.sessionId);
    const report = analyzeSession(facts);
    store.replaceRuleIssues(this.sessionId, ruleIssues(report, facts));
    store.replaceSuggestions(this.sessionId, report.suggestions, endedAtMs);
    if (report.score !== null) store.saveScore(this.sessionId, report.score.total);
    return report;
  }

  #publish(report: SessionReport): void {
    const { directory, print, colors, store } = this.#run;
    const folder = join(directory, 'reports');
    const path = join(folder, this.sessionId);
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${path}.txt`, renderTerminal(report, { colors: false }));
    writeFileSync(`${path}.json`, renderJson(report));
    print(`\n${renderTerminal(report, { colors })}\nReport: ${path}.txt\nDatabase: ${store.path}\n`);
  }

  #damageIssue(damaged: readonly DamagedLine[]): Issue {
    const first = damaged[0];
    return {
      issueId: `${this.sessionId}:damaged_journal`,
      taskId: null,
      atMs: systemClock.epochMs(),
      severity: 'medium',
      capability: 'recorder',
      issueType: 'damaged_journal',
      description: `${damaged.length} journal ${damaged.length === 1 ? 'line' : 'lines'} could not be read (${first?.reason ?? ''}); what stood there is not in the database.`,
      suggestedFix: 'A worker that was killed while it wrote leaves such a line. Look at the crash first.',
      reproducible: null,
      evidenceActivityId: null,
    };
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
    this.#run.print(
      `vitest-realworld: recording has trouble: ${messageOf(thrown)}. What is in ${this.journalDirectory} is not lost.\n`,
    );
  }
}

/** Waits without giving up the thread: on the way out of a process no timer runs any more. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
