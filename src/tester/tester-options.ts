import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { RealWorldError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import {
  flagsVariable,
  type OptionFlag,
  optionsSchema,
  type RealWorldOptions,
  type ResolvedOptions,
  resolveOptions,
} from '../options.js';

/** What `new RealWorldTester()` takes: the options of the plugin, and where the scenarios are. */
export interface RealWorldTesterOptions
  extends Omit<RealWorldOptions, 'workspace' | 'limits' | 'sessionMinutesMax'> {
  /** Folder whose Vitest configuration and scenarios are run. @default the working directory */
  readonly root?: string;
  /** Where a session is stopped for the sake of the machine: the option `limits` of the plugin. */
  readonly resourceLimits?: ResourceLimits;
  /** Told what the runs print, as it comes. */
  readonly onOutput?: (text: string, sessionId: string | null) => void;
}

export type ResourceLimits = NonNullable<RealWorldOptions['limits']>;

/** Where things are, and what every session of a tester is told. */
export interface TesterSettings {
  /** Absolute path. */
  readonly root: string;
  /** Absolute path. */
  readonly database: string;
  /** What was given, with absolute paths, in the words of the plugin. */
  readonly given: RealWorldOptions;
  readonly resolved: ResolvedOptions;
  readonly onOutput: RealWorldTesterOptions['onOutput'];
}

const caller = 'new RealWorldTester()';
const notOfTester = ['workspace', 'limits', 'sessionMinutesMax'];
const known = [
  'root',
  'resourceLimits',
  'onOutput',
  ...Object.keys(optionsSchema.shape).filter((name) => !notOfTester.includes(name)),
];

/**
 * Settles the options of a tester. What the program gives wins over the environment, because a program that asks for ten minutes
 * waits for ten.
 *
 * @throws RealWorldError `OPTIONS_INVALID`
 */
export function settleTester(options: unknown): TesterSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(`${caller} takes an object, such as { root: "." }.`);
  }
  refuseUnknown(options);
  const { root, resourceLimits, onOutput, ...others } = options as RealWorldTesterOptions;
  const rootPath = settleRoot(root);
  if (onOutput !== undefined && typeof onOutput !== 'function') {
    throw invalid(`Option "onOutput" of ${caller} is not usable: it takes a function.`);
  }
  const limits = resourceLimits === undefined ? {} : { limits: resourceLimits };
  const resolved = resolveForTester({ ...others, ...limits });
  const database = resolve(rootPath, resolved.database);
  const directory = resolve(rootPath, resolved.directory);
  return {
    root: rootPath,
    database,
    given: { ...others, ...limits, database, directory, ...absoluteAlerts(others.alerts, rootPath) },
    resolved,
    onOutput,
  };
}

/** @throws RealWorldError `OPTIONS_INVALID` */
export function checkLimits(limits: unknown): ResolvedOptions['limits'] {
  return resolveForTester({ limits: limits as ResourceLimits }).limits;
}

/** @throws RealWorldError `OPTIONS_INVALID` */
export function checkDuration(durationMinutes: unknown): number {
  return resolveForTester({ durationMinutes: durationMinutes as number }).durationMinutes;
}

/** Options in the form in which a run takes them from the process that starts it: they win over all others. */
export function asFlags(options: RealWorldOptions): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const flags = given.map(([option, value]): OptionFlag => ({ option, value, flag: caller }));
  return JSON.stringify(flags);
}

function resolveForTester(given: RealWorldOptions): ResolvedOptions {
  try {
    return resolveOptions({}, { ...process.env, [flagsVariable]: asFlags(given) });
  } catch (thrown) {
    if (!(thrown instanceof RealWorldError)) throw thrown;
    // The words of the plugin and of the tester differ in this one name.
    throw invalid(
      thrown.message.replaceAll('"limits', '"resourceLimits').replaceAll('of realWorld()', `of ${caller}`),
    );
  }
}

function settleRoot(root: unknown): string {
  if (root !== undefined && (typeof root !== 'string' || root === '')) {
    throw invalid(`Option "root" of ${caller} is not usable: it takes the path of a folder.`);
  }
  const path = resolve(root ?? '.');
  if (!existsSync(path)) {
    throw invalid(
      `Option "root" of ${caller} is not usable: there is no folder ${path}. Name the one with the scenarios.`,
    );
  }
  return path;
}

/** A run in the hub's folder names files from there. */
function absoluteAlerts(alerts: RealWorldOptions['alerts'], root: string): Pick<RealWorldOptions, 'alerts'> {
  if (alerts?.file === undefined) return {};
  return { alerts: { ...alerts, file: resolve(root, alerts.file) } };
}

function refuseUnknown(options: object): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const advice =
      adviceFor(name) ??
      (nearest === null ? `Known options: ${known.join(', ')}.` : `Did you mean "${nearest}"?`);
    throw invalid(`Unknown option "${name}" of ${caller}. ${advice}`);
  }
}

function adviceFor(name: string): string | null {
  switch (name) {
    case 'workspace':
      return 'The workspace is what startTestSession(projectPath) is given.';
    case 'limits':
      return 'Did you mean "resourceLimits"?';
    case 'sessionMinutesMax':
      return 'The length of a session is what startTestSession(projectPath, { durationMinutes }) is given.';
    case 'dbPath':
      return 'Did you mean "database"?';
    default:
      return null;
  }
}

function invalid(message: string): RealWorldError {
  return new RealWorldError('OPTIONS_INVALID', message);
}
