import { resolve } from 'node:path';
import picocolors from 'picocolors';
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node';
import { systemClock } from '../src/clock.js';
import { loadConfigFile } from '../src/configuration/config-file.js';
import { messageOf } from '../src/errors.js';
import type { GateVerdict } from '../src/gate.js';
import type { Environment, ScenarioOutcome, SessionStatus } from '../src/model.js';
import {
  type RealWorldOptions,
  type ResolvedOptions,
  resolveOptions,
  settleOptions,
} from '../src/options.js';
import { redactBeginning } from '../src/recording/redact.js';
import { showsUnicode, wantsColors } from '../src/report/terminal-kind.js';
import { recoverOrphans } from '../src/session/recover-orphans.js';
import { findOrphans } from '../src/session/session-directories.js';
import { type SessionBegun, sessionBegunChannel } from '../src/session/session-news.js';
import { createSessionId } from '../src/session-id.js';
import { lockTimeoutMs } from '../src/storage/open-database.js';
import { SessionStore } from '../src/storage/session-store.js';
import { projectName } from '../src/worker-settings.js';
import { describeEnvironment } from './environment.js';
import { joinSummary } from './live-region.js';
import { SessionRun } from './session-run.js';
import { tellSession } from './tell-session.js';
import '../fixtures/vitest-types.js';

/** Reporters that write their result to standard output, where nothing else may stand. */
const machineReporters = new Set(['json', 'junit', 'tap', 'tap-flat']);

const interrupted = 'the run was interrupted';

/** A config restart in watch mode makes a new config and keeps the Vitest object: the config is what has the reporter. */
const configsWithReporter = new WeakSet<object>();

type RunEndReason = Parameters<NonNullable<Reporter['onTestRunEnd']>>[2];

/** What the plugin settled before; without it the reporter settles its options by itself. */
export interface ReporterSettings {
  readonly options: ResolvedOptions;
  readonly seed: number;
}

/**
 * Opens a session for every run that holds scenarios, keeps it in the database, and prints the improvement report at
 * its end. The plugin adds it; in a list of `reporters` it takes the plugin's options.
 */
export default class RealWorldReporter implements Reporter {
  readonly #given: RealWorldOptions;
  #options: ResolvedOptions;
  #seed: number;
  #vitest: Vitest | null = null;
  #store: SessionStore | null = null;
  #session: SessionRun | null = null;
  #environment: Promise<Environment> | null = null;
  #leaveSummary: (() => void) | null = null;
  readonly #isAttached: boolean;
  readonly #finishOnExit = (): void => this.#finishInterrupted();

  constructor(options: RealWorldOptions = {}, settings?: ReporterSettings) {
    this.#isAttached = settings !== undefined;
    this.#given = options;
    this.#options = settings?.options ?? resolveOptions(options);
    this.#seed = settings?.seed ?? this.#options.seed ?? drawSeed();
  }

  async onInit(vitest: Vitest): Promise<void> {
    this.#vitest = vitest;
    // Git takes its time; it has it while Vitest looks for tests.
    this.#environment = describeEnvironment(vitest.config.root, vitest.version);
    if (this.#isAttached) return;
    // The plugin has read the file by itself; without it, the reporter does.
    const file = await loadConfigFile(vitest.config.root);
    if (file === null) return;
    this.#options = settleOptions({ file, plugin: this.#given }).options;
    this.#seed = this.#options.seed ?? this.#seed;
  }

  /**
   * Adds the plugin's reporter to a configuration, once.
   *
   * @throws RealWorldError when the database cannot be used; Vitest then exits with 1 before any test runs
   */
  static attach(config: Vitest['config'], settings: ReporterSettings): void {
    if (configsWithReporter.has(config)) return;
    configsWithReporter.add(config);
    const reporter = new RealWorldReporter({}, settings);
    reporter.prepare(config.root);
    (config.reporters as unknown[]).push(reporter);
  }

  /** Opens the database; called before any test runs, so that a database that cannot be used is told first. */
  prepare(rootPath: string): void {
    this.#store ??= new SessionStore(resolve(rootPath, this.#options.database), {
      onNotice: (sentence) => void process.stderr.write(`vitest-realworld: ${sentence}\n`),
    });
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    const own = specifications.find(({ project }) => project.name === projectName);
    const vitest = this.#vitest;
    if (own === undefined || vitest === null) return;
    // The plugin's own reporter keeps the session; one that the user listed beside it would open a second.
    if (!this.#isAttached && configsWithReporter.has(vitest.config)) return;
    this.#finishInterrupted();
    const rootPath = vitest.config.root;
    this.prepare(rootPath);
    const store = this.#store as SessionStore;
    const directory = resolve(rootPath, this.#options.directory);
    const environment = await (this.#environment ?? describeEnvironment(rootPath, vitest.version));
    // In watch mode the next run may be of another commit.
    this.#environment = null;
    this.#recoverOrphans(store, resolve(directory, 'journal'));
    const startedAtMs = systemClock.epochMs();
    const session = new SessionRun({
      store,
      start: {
        sessionId: createSessionId(startedAtMs),
        projectPath: resolve(rootPath, this.#options.workspace),
        startedAtMs,
        durationMinutes: this.#options.durationMinutes,
        seed: this.#seed,
        environment,
        scoreWeights: this.#options.scoreWeights,
        safetyLimits: this.#options.limits,
      },
      options: this.#options,
      directory,
      rootPath,
      filesTotal: specifications.filter(({ project }) => project.name === projectName).length,
      print: (text) => this.#print(text),
      look: { colors: this.#usesColors(), unicode: showsUnicode(), verbose: this.#options.verbose },
      // Vitest knows two reasons of its own and passes any other text on; its type does not say so.
      cancelRun: () => void vitest.cancelCurrentRun('realworld' as 'test-failure'),
    });
    this.#session = session;
    tellSession(session.sessionId);
    process.once('exit', this.#finishOnExit);
    own.project.provide('realworldSession', {
      sessionId: session.sessionId,
      journalDirectory: session.journalDirectory,
      database: store.path,
    });
    session.begin();
    const begun: SessionBegun = {
      sessionId: session.sessionId,
      startedAtMs,
      journalDirectory: session.journalDirectory,
      database: store.path,
    };
    sessionBegunChannel.publish(begun);
    this.#showLive(vitest, session);
  }

  /** Where Vitest redraws its summary, the session is shown above it. */
  #showLive(vitest: Vitest, session: SessionRun): void {
    if (this.#options.quiet || this.#stream().isTTY !== true) return;
    const colors = picocolors.createColors(this.#usesColors());
    this.#leaveSummary = joinSummary(vitest, () =>
      session.live.region({ columns: process.stdout.columns ?? 80, colors, unicode: showsUnicode() }),
    );
    session.live.isDrawn = this.#leaveSummary !== null;
  }

  /** What earlier runs left is stored first; that it cannot be is no reason not to run. */
  #recoverOrphans(store: SessionStore, journalRoot: string): void {
    try {
      const orphans = findOrphans(journalRoot).filter(({ owner }) => owner.database === store.path);
      if (orphans.length > 0) store.reopenIfReplaced(lockTimeoutMs);
      for (const { sessionId, directory, killed, activities, failure } of recoverOrphans(
        store,
        orphans,
        lockTimeoutMs,
      )) {
        this.#print(
          failure === null
            ? `Recovered session ${sessionId} of a run that ${killed ? 'was killed' : 'could not store all of it'}: ${activities} activities.\n`
            : `vitest-realworld: session ${sessionId} could not be recovered: ${failure}. Its journals stay in ${directory}.\n`,
        );
      }
    } catch (thrown) {
      this.#print(`vitest-realworld: earlier sessions could not be recovered: ${messageOf(thrown)}.\n`);
    }
  }

  onTestModuleEnd({ project }: TestModule): void {
    if (project.name === projectName) this.#session?.live.endFile();
  }

  onTestCaseResult(testCase: TestCase): void {
    const kind = testCase.meta().realworld?.kind;
    if (testCase.project.name !== projectName || kind === undefined || this.#session === null) return;
    const result = testCase.result();
    const outcomes = { passed: 'passed', failed: 'failed', skipped: 'skipped', pending: 'crashed' } as const;
    const reason = result.state === 'skipped' ? result.note : result.errors?.[0]?.message;
    this.#saveScenario(testCase, outcomes[result.state], reason ?? null);
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
    reason: RunEndReason,
  ): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    const own = modules.filter(({ project }) => project.name === projectName);
    const crashed = this.#saveUnheard(own, unhandledErrors, reason);
    process.removeListener('exit', this.#finishOnExit);
    this.#session = null;
    this.#leaveSummary?.();
    this.#leaveSummary = null;
    const { status, stopReason } = judgeEnd(own, crashed, reason);
    const exitCode = gateExitCode(await session.finish(status, stopReason));
    // What the user's tests said stands.
    if (exitCode !== 0 && !process.exitCode) process.exitCode = exitCode;
  }

  /** Tests of which nothing was heard: the session was stopped before them, or their worker died. */
  #saveUnheard(
    modules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
    reason: RunEndReason,
  ): boolean {
    const stopReason = this.#session?.stopReason ?? (reason === 'interrupted' ? interrupted : null);
    let crashed = false;
    for (const module of modules) {
      for (const testCase of module.children.allTests()) {
        const { state } = testCase.result();
        if (stopReason !== null && (state === 'pending' || state === 'skipped')) {
          this.#saveScenario(testCase, 'skipped', stopReason);
        } else if (state === 'pending' && testCase.meta().realworld !== undefined) {
          crashed = true;
          this.#saveScenario(testCase, 'crashed', firstMessage(unhandledErrors));
        }
      }
    }
    return crashed;
  }

  #saveScenario(testCase: TestCase, outcome: ScenarioOutcome, errorMessage: string | null): void {
    const { kind, gate, unwritten } = testCase.meta().realworld ?? {};
    if (kind === undefined) return;
    if (gate !== undefined) this.#session?.noteGate(testCase.id, gate);
    if (unwritten !== undefined) this.#session?.noteUnwritten(unwritten);
    this.#session?.saveScenario({
      taskId: testCase.id,
      name: testCase.fullName,
      file: testCase.module.relativeModuleId,
      line: testCase.location?.line ?? null,
      kind,
      durationMs: testCase.diagnostic()?.duration ?? null,
      outcome,
      errorMessage: errorMessage === null ? null : redactBeginning(errorMessage, 10_000).text,
    });
  }

  #finishInterrupted(): void {
    const session = this.#session;
    this.#session = null;
    process.removeListener('exit', this.#finishOnExit);
    session?.finishInterrupted();
  }

  /** Beside a reporter for programs, people are spoken to on standard error. */
  #stream(): NodeJS.WriteStream {
    const reporters: readonly unknown[] = this.#vitest?.config.reporters ?? [];
    const writesForPrograms = reporters.some((reporter) => {
      const name: unknown = Array.isArray(reporter) ? reporter[0] : reporter;
      return typeof name === 'string' && machineReporters.has(name) && !this.#hasOutputFile(name);
    });
    return writesForPrograms ? process.stderr : process.stdout;
  }

  #hasOutputFile(reporter: string): boolean {
    const outputFile: unknown = this.#vitest?.config.outputFile;
    if (typeof outputFile === 'string') return true;
    return typeof outputFile === 'object' && outputFile !== null && reporter in outputFile;
  }

  #usesColors(): boolean {
    return wantsColors(this.#stream(), picocolors.isColorSupported);
  }

  #print(text: string): void {
    this.#stream().write(text);
  }
}

function judgeEnd(
  modules: readonly TestModule[],
  crashed: boolean,
  reason: RunEndReason,
): { readonly status: SessionStatus; readonly stopReason: string | null } {
  if (reason === 'interrupted') return { status: 'stopped', stopReason: interrupted };
  if (crashed) return { status: 'error', stopReason: 'a worker died' };
  const broken = modules.filter((module) => module.errors().length > 0);
  if (broken.length === 0) return { status: 'completed', stopReason: null };
  const files = broken.map(({ relativeModuleId }) => relativeModuleId).join(', ');
  return { status: 'error', stopReason: `could not be run: ${files}` };
}

/** 0, or what a gate that is set to fail makes of the run: 1 for broken, 3 for inconclusive. */
function gateExitCode(gate: GateVerdict | null): number {
  if (gate === null || gate.mode === 'report' || gate.verdict === 'passed') return 0;
  return gate.verdict === 'failed' ? 1 : 3;
}

function firstMessage(errors: readonly unknown[]): string | null {
  const first = errors[0];
  if (typeof first !== 'object' || first === null || !('message' in first)) return null;
  return String(first.message);
}

/** A seed that is short enough to be typed. */
export function drawSeed(): number {
  return Math.floor(Math.random() * 1_000_000_000);
}
