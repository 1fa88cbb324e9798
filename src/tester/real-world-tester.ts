import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from '../clock.js';
import { messageOf, RealWorldError } from '../errors.js';
import type { SystemSample } from '../model.js';
import type { ResolvedOptions } from '../options.js';
import { SystemMonitor } from '../recording/system-monitor.js';
import { renderTerminal } from '../report/terminal.js';
import type { CapabilityProgress } from './follow-session.js';
import { readReport } from './read-sessions.js';
import { RunSessionProcess } from './run-session-process.js';
import { type ActiveSession, RunningSession } from './running-session.js';
import { asAnalysis, type FinalStats, finalStatsOf, type SessionAnalysis } from './session-analysis.js';
import {
  asFlags,
  checkDuration,
  checkLimits,
  type RealWorldTesterOptions,
  type ResourceLimits,
  settleTester,
  type TesterSettings,
} from './tester-options.js';

export interface StartOptions {
  /**
   * The session ends after this many minutes, whatever is still to do, and the scenario files share nine tenths of it evenly unless
   * the tester has `durationMinutes` of its own for each. Left out, it ends with its scenarios.
   */
  readonly durationMinutes?: number;
}

export interface MonitorData {
  readonly activeSessions: readonly ActiveSession[];
  /** Activities of the active sessions so far. */
  readonly totalActivities: number;
  /** Failed ones among them, without those under an injected fault. */
  readonly totalErrors: number;
}

export interface CollectedMetrics {
  /** The whole machine over the last 300 milliseconds. */
  readonly systemResources: SystemSample;
  /** Of every session that this tester started: those at work so far, those that ended as a whole. */
  readonly capabilityPerformance: readonly CapabilityPerformance[];
}

export interface CapabilityPerformance extends CapabilityProgress {
  readonly sessionId: string;
}

/**
 * Runs sessions from a program: each in a process of its own, several at once, on one database. Made with `await using` it
 * stops what it started when its block ends.
 */
export class RealWorldTester {
  readonly #settings: TesterSettings;
  readonly #sessions = new Map<string, RunningSession>();
  readonly #starting = new Set<RunSessionProcess>();
  #limits: ResourceLimits | undefined;
  #disposed = false;

  /** @throws RealWorldError `OPTIONS_INVALID` */
  constructor(options: RealWorldTesterOptions = {}) {
    this.#settings = settleTester(options);
    this.#limits = options.resourceLimits;
  }

  /** Absolute path of the database that the sessions are kept in. */
  get database(): string {
    return this.#settings.database;
  }

  /** The limits of the sessions that are started from now on. @throws RealWorldError `OPTIONS_INVALID` when set */
  get resourceLimits(): ResolvedOptions['limits'] {
    return checkLimits(this.#limits ?? {});
  }

  set resourceLimits(limits: ResourceLimits) {
    checkLimits(limits);
    this.#limits = limits;
  }

  /**
   * Starts the scenarios on a workspace.
   *
   * @param projectPath the folder that the hub works on, from the working directory
   * @returns the id of the session, once it is open and its scenarios begin
   * @throws RealWorldError `WORKSPACE_MISSING`, `WORKSPACE_EMPTY`, `OPTIONS_INVALID`, `SCENARIOS_MISSING`, `RUN_NOT_STARTED`, `TESTER_DISPOSED`,
   *   or what the plugin says of the hub and the database
   */
  async startTestSession(projectPath: string, { durationMinutes }: StartOptions = {}): Promise<string> {
    this.#refuseDisposed();
    const workspace = checkWorkspace(projectPath);
    const minutes = durationMinutes === undefined ? undefined : checkDuration(durationMinutes);
    const { given, root, onOutput } = this.#settings;
    let sessionId: string | null = null;
    const run = new RunSessionProcess({
      root,
      flags: asFlags({
        ...given,
        workspace,
        ...(this.#limits === undefined ? {} : { limits: this.#limits }),
        ...(minutes === undefined ? {} : { sessionMinutesMax: minutes }),
        ...(minutes === undefined || given.durationMinutes !== undefined ? {} : { durationMinutes: minutes }),
      }),
      sharedMinutes: given.durationMinutes === undefined ? (minutes ?? null) : null,
      hubSuites: given.hub === undefined && given.include === undefined,
      onOutput: onOutput && ((text) => onOutput(text, sessionId)),
    });
    this.#starting.add(run);
    try {
      const begun = await run.begun;
      sessionId = begun.sessionId;
      const session = new RunningSession(run, begun, { projectPath: workspace, minutesMax: minutes ?? null });
      this.#sessions.set(sessionId, session);
      return sessionId;
    } finally {
      this.#starting.delete(run);
    }
  }

  /** What the sessions that are at work have done so far, seconds after they did it. */
  async monitorActivities(): Promise<MonitorData> {
    this.#refuseDisposed();
    const active = [...this.#sessions.values()].filter(({ isOver }) => !isOver);
    const activeSessions = await Promise.all(active.map((session) => session.observe()));
    return {
      activeSessions,
      totalActivities: activeSessions.reduce((sum, { activities }) => sum + activities, 0),
      totalErrors: activeSessions.reduce((sum, { errors }) => sum + errors, 0),
    };
  }

  /** What the machine uses now, which takes 0.3 seconds to see, and how the capabilities do. */
  async collectMetrics(): Promise<CollectedMetrics> {
    this.#refuseDisposed();
    const [systemResources, ...performances] = await Promise.all([
      sampleMachine([this.#settings.root]),
      ...[...this.#sessions.values()].map((session) => this.#performanceOf(session)),
    ]);
    return { systemResources, capabilityPerformance: performances.flat() };
  }

  /**
   * @returns the report of any session of the database; of one at work, of what is stored so far
   * @throws RealWorldError `SESSION_UNKNOWN`, naming the nearest id
   */
  async analyzeSessionResults(sessionId: string): Promise<SessionAnalysis> {
    this.#refuseDisposed();
    return asAnalysis(readReport(this.database, sessionId));
  }

  /**
   * @returns the report as text of 80 columns, without colours
   * @throws RealWorldError `SESSION_UNKNOWN`, naming the nearest id
   */
  async generateImprovementReport(sessionId: string): Promise<string> {
    this.#refuseDisposed();
    return renderTerminal(readReport(this.database, sessionId), { colors: false });
  }

  /**
   * Stops a session; it ends with status `stopped` and a report. One that has ended already stays as it is.
   *
   * @returns what became of it
   * @throws RealWorldError `SESSION_UNKNOWN`, naming the nearest id, or `SESSION_ELSEWHERE`
   */
  async stopSession(sessionId: string): Promise<FinalStats> {
    this.#refuseDisposed();
    await this.#sessions.get(sessionId)?.stop();
    return this.#finalStats(sessionId);
  }

  /**
   * Waits until a session has ended by itself.
   *
   * @returns what became of it
   * @throws RealWorldError `SESSION_UNKNOWN`, naming the nearest id, or `SESSION_ELSEWHERE`
   */
  async waitForSession(sessionId: string): Promise<FinalStats> {
    this.#refuseDisposed();
    await this.#sessions.get(sessionId)?.ended;
    return this.#finalStats(sessionId);
  }

  /** Process id of the process that runs a session; null when it is not one of this tester's. */
  processIdOf(sessionId: string): number | null {
    return this.#sessions.get(sessionId)?.pid ?? null;
  }

  /** Stops every session that was started and is at work. Doing it again does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const stopping = [
      ...[...this.#starting].map((run) => run.stop()),
      ...[...this.#sessions.values()].map((session) => session.stop()),
    ];
    const results = await Promise.allSettled(stopping);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #performanceOf(session: RunningSession): Promise<readonly CapabilityPerformance[]> {
    const { sessionId } = session;
    const capabilities = session.isOver
      ? readReport(this.database, sessionId).capabilities
      : (await session.observe()).capabilities;
    return capabilities.map(
      ({ capability, calls, errors, errorsUnderFault, successRate, meanMs, p95Ms }) => ({
        sessionId,
        capability,
        calls,
        errors,
        errorsUnderFault,
        successRate,
        meanMs,
        p95Ms,
      }),
    );
  }

  #finalStats(sessionId: string): FinalStats {
    const report = readReport(this.database, sessionId);
    if (report.session.status !== 'running') return finalStatsOf(report);
    throw new RealWorldError(
      'SESSION_ELSEWHERE',
      `Session ${sessionId} is at work in a process that this tester did not start, or was killed there. Stop it where it runs; what was killed is stored by: npx vitest-realworld recover`,
    );
  }

  #refuseDisposed(): void {
    if (!this.#disposed) return;
    throw new RealWorldError(
      'TESTER_DISPOSED',
      'This RealWorldTester was disposed of, and its sessions are stopped. Make another: new RealWorldTester().',
    );
  }
}

/** @returns absolute path. @throws RealWorldError `WORKSPACE_MISSING` or `WORKSPACE_EMPTY` */
function checkWorkspace(projectPath: string): string {
  const path = resolve(projectPath);
  const advice = 'Give startTestSession(projectPath) the folder of a codebase.';
  let names: readonly string[];
  try {
    names = readdirSync(path);
  } catch (thrown) {
    throw new RealWorldError(
      'WORKSPACE_MISSING',
      `The project path ${path} cannot be read as a folder: ${messageOf(thrown)}. ${advice}`,
      { cause: thrown },
    );
  }
  if (names.length > 0) return path;
  throw new RealWorldError('WORKSPACE_EMPTY', `The project path ${path} is empty. ${advice}`);
}

/** One look at the machine over 300 milliseconds. */
function sampleMachine(diskPaths: readonly string[]): Promise<SystemSample> {
  return new Promise((settle, reject) => {
    // The monitor's timer keeps no process alive, and this one is waited for.
    const alive = setInterval(() => {}, 1_000);
    const monitor = new SystemMonitor({
      intervalMs: 300,
      clock: systemClock,
      diskPaths,
      workerPids: () => [],
      onSample: (sample) => {
        monitor.halt();
        clearInterval(alive);
        settle(sample);
      },
      onFailure: (thrown) => {
        monitor.halt();
        clearInterval(alive);
        reject(thrown);
      },
    });
    monitor.start();
  });
}
