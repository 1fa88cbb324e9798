import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestProject, Vitest } from 'vitest/node';
import { messageOf, RealWorldError } from '../src/errors.js';
import { flagsVariable } from '../src/options.js';
import {
  type RunNews,
  type SessionBegun,
  type StopRequest,
  sessionBegunChannel,
} from '../src/session/session-news.js';
import { msPerMinute } from '../src/units.js';
import { projectName } from '../src/worker-settings.js';
import { supplyPlugin } from './supply-plugin.js';
import '../fixtures/vitest-types.js';

/**
 * The program of a process that runs the scenarios of one session, started by `RunSessionProcess`. Its one argument is a
 * `SessionProcessOrder` as JSON. It tells its parent `RunNews`, and takes a `StopRequest` from it.
 */
export interface SessionProcessOrder {
  /** Absolute path of the folder whose configuration and scenarios are run. */
  readonly root: string;
  /** Minutes that the scenario files share evenly; null when each scenario has its own. */
  readonly sharedMinutes: number | null;
  /** Without scenarios in the root, those of the hub's package are run. */
  readonly hubSuites: boolean;
}

type VitestNode = typeof import('vitest/node');

const hubPackage = 'vitest-realworld-hub';
/** What running scenarios have to end after they were told to, in milliseconds. */
const stopGraceMs = 5_000;
/** Of the time of a session, kept for what is no scenario; and what a file takes of it at least, in milliseconds. */
const shareBeside = 0.1;
const msBesideFile = 2_000;
const cancelAgainMs = 250;
const exitCodeOfStopped = 130;

let vitest: Vitest | null = null;
let stopping = false;

await main(JSON.parse(process.argv[2] ?? '{}') as SessionProcessOrder);

async function main(order: SessionProcessOrder): Promise<void> {
  surviveParent();
  sessionBegunChannel.subscribe((session) => tell({ news: 'begun', session: session as SessionBegun }));
  try {
    await run(order);
  } catch (thrown) {
    tell({ news: 'failed', code: codeOf(thrown), message: messageOf(thrown) });
    process.exitCode = 1;
  }
  // The channel to the parent would keep this process alive.
  process.removeAllListeners('disconnect');
  if (process.connected) process.disconnect();
}

/** A parent that died has left a session that is to end in order, and nobody who reads what is printed. */
function surviveParent(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.on('disconnect', () => stop());
  process.on('message', (message: StopRequest) => {
    if (message.request === 'stop') stop();
  });
}

function stop(): void {
  if (stopping) return;
  stopping = true;
  if (vitest === null) process.exit(exitCodeOfStopped);
  cancel(vitest);
}

/**
 * Vitest forgets a cancellation that comes while the run begins; then it is told again. Told twice of one that it remembers, it
 * would kill the workers.
 */
function cancel(running: Vitest): void {
  if ((running as unknown as CancellableRun).isCancelling !== true) {
    running.cancelCurrentRun('keyboard-input').catch(() => process.exit(exitCodeOfStopped));
  }
  setTimeout(() => cancel(running), cancelAgainMs).unref();
}

/** What Vitest has and its types do not tell. */
interface CancellableRun {
  readonly isCancelling?: boolean;
}

/**
 * Scenarios that do not heed their signal are left some time after anybody, also a limit, has cancelled the run; the reporter
 * then ends the session on the way out. `onCancel` would not do: Vitest drops its listeners while a run begins.
 */
function leaveAfterCancel(running: Vitest): void {
  const cancelRun = running.cancelCurrentRun.bind(running);
  let isLeaving = false;
  running.cancelCurrentRun = (reason) => {
    if (!isLeaving) setTimeout(() => process.exit(exitCodeOfStopped), stopGraceMs).unref();
    isLeaving = true;
    return cancelRun(reason);
  };
}

async function run({ root, sharedMinutes, hubSuites }: SessionProcessOrder): Promise<void> {
  process.env.VITEST = 'true';
  process.env.NODE_ENV ??= 'test';
  let started = await prepare(await loadVitest(root), root, {});
  if (started.files === 0 && hubSuites && started.isSupplied) {
    const hubRoot = findHub(root);
    if (hubRoot !== null) {
      await started.vitest.close();
      // The Vitest that the suites import has to be the one that runs them.
      started = await prepare(await loadVitest(hubRoot), hubRoot, {
        configFile: false,
        hub: hubPackage,
        include: ['scenarios/*.realworld.ts'],
      });
    }
  }
  try {
    if (started.files === 0) throw noScenarios(root);
    if (sharedMinutes !== null) shareTime(started, sharedMinutes);
    vitest = started.vitest;
    leaveAfterCancel(vitest);
    if (stopping) process.exit(exitCodeOfStopped);
    // What a scenario starts is no part of this run.
    delete process.env[flagsVariable];
    await vitest.start();
  } finally {
    await started.vitest.close();
  }
}

interface PreparedRun {
  readonly vitest: Vitest;
  readonly project: TestProject | undefined;
  readonly files: number;
  readonly isSupplied: boolean;
}

interface RunSource {
  readonly configFile?: false;
  readonly hub?: string;
  readonly include?: string[];
}

async function prepare(
  { createVitest }: VitestNode,
  root: string,
  { configFile, ...options }: RunSource,
): Promise<PreparedRun> {
  const { plugin, isUsed } = supplyPlugin(options);
  const prepared = await createVitest(
    'test',
    {
      root,
      watch: false,
      run: true,
      project: [projectName],
      ...(configFile === false ? { config: false } : {}),
    },
    { plugins: [plugin] },
  );
  const specifications = await prepared.globTestSpecifications();
  const own = specifications.filter(({ project }) => project.name === projectName);
  return {
    vitest: prepared,
    project: own[0]?.project,
    files: own.length,
    isSupplied: isUsed(),
  };
}

/** What starts and ends beside the scenarios takes time too: without it the limit of the session would cut the last one off. */
function shareTime({ project, files }: PreparedRun, minutes: number): void {
  if (project === undefined) return;
  const wholeMs = minutes * msPerMinute;
  const besideMs = Math.max(wholeMs * shareBeside, msBesideFile * files);
  const durationMs = Math.max(wholeMs - besideMs, wholeMs / 2) / files;
  project.provide('realworld', { ...project.getProvidedContext().realworld, durationMs });
}

/** The project's own Vitest runs it; a folder without one is run by that beside this package. */
async function loadVitest(root: string): Promise<VitestNode> {
  const path = resolveFrom(root, 'vitest/node');
  try {
    return (await import(path === null ? 'vitest/node' : pathToFileURL(path).href)) as VitestNode;
  } catch (thrown) {
    throw new RealWorldError(
      'RUN_NOT_STARTED',
      `No Vitest could be loaded for ${root}: ${messageOf(thrown)}. Install it there: npm install --save-dev vitest`,
      { cause: thrown },
    );
  }
}

/** The folder of the installed hub, seen from the root or else from this package; null when there is none. */
function findHub(root: string): string | null {
  const manifest = `${hubPackage}/package.json`;
  const path = resolveFrom(root, manifest) ?? resolveFrom(import.meta.dirname, manifest);
  return path === null ? null : dirname(path);
}

function resolveFrom(folder: string, name: string): string | null {
  try {
    return createRequire(join(folder, 'package.json')).resolve(name);
  } catch {
    // Not installed there: the caller looks elsewhere, or says so.
    return null;
  }
}

function noScenarios(root: string): RealWorldError {
  return new RealWorldError(
    'SCENARIOS_MISSING',
    `There are no scenarios in ${root}. Write one in a file such as first.realworld.ts, name others with the option "include", or install ${hubPackage}.`,
  );
}

/** Errors of this package may come from another copy of it. */
function codeOf(thrown: unknown): string {
  const isOwn = thrown instanceof Error && thrown.name === 'RealWorldError' && 'code' in thrown;
  return isOwn ? String(thrown.code) : 'RUN_NOT_STARTED';
}

function tell(news: RunNews): void {
  if (process.connected) process.send?.(news);
}
