import type * as z from 'zod/mini';
import { RealWorldError } from './errors.js';
import { nearestName } from './nearest-name.js';
import { mergeLayers, type OptionLayer, type OptionSource, sourceOf } from './option-layers.js';
import { namesOfGroup, optionsSchema, type ResolvedOptions } from './options-schema.js';

export type { OptionSource } from './option-layers.js';
export { optionsSchema, type RealWorldOptions, type ResolvedOptions } from './options-schema.js';

const environmentVariables = {
  REALWORLD_TESTING_DB: { option: 'database', read: (text: string) => text },
  REALWORLD_TESTING_DIRECTORY: { option: 'directory', read: (text: string) => text },
  REALWORLD_TESTING_DURATION: { option: 'durationMinutes', read: Number },
  REALWORLD_TESTING_INTERVAL: { option: 'monitorIntervalSeconds', read: Number },
  REALWORLD_GATE: { option: 'gate.mode', read: (text: string) => text },
  REALWORLD_SEED: { option: 'seed', read: Number },
} as const;

/** Carries the flags of a command to the run that it starts; for this tool and for nobody else. */
export const flagsVariable = 'REALWORLD_INTERNAL_FLAGS';

type Environment = Readonly<Record<string, string | undefined>>;

/** An option that was given on a command line. */
export interface OptionFlag {
  /** Its path, such as `gate.mode`. */
  readonly option: string;
  readonly value: unknown;
  /** As it was written, such as `--duration 5`. */
  readonly flag: string;
}

/** A configuration file that was read. */
export interface ConfigFile {
  /** Absolute path. */
  readonly path: string;
  readonly options: object;
  /** Absolute paths of the modules that it imports. */
  readonly dependencies: readonly string[];
}

/** What options are settled from, the weakest first. */
export interface OptionLayers {
  readonly file?: ConfigFile | null;
  /** What `realWorld()` was given. */
  readonly plugin?: unknown;
  /** @default the environment of this process */
  readonly environment?: Environment;
  readonly flags?: readonly OptionFlag[];
}

export interface SettledOptions {
  readonly options: ResolvedOptions;
  /** By path, such as `limits.cpuPercentMax`; what is not here is a default. */
  readonly sources: ReadonlyMap<string, OptionSource>;
}

/**
 * Settles the options once: flags win over the environment, the environment over what the plugin was given, that over the
 * configuration file, and the file over the defaults.
 *
 * @throws RealWorldError `OPTIONS_INVALID`, naming the option, where it was set, and the nearest right name
 */
export function settleOptions({
  file = null,
  plugin = {},
  environment = process.env,
  flags = [],
}: OptionLayers): SettledOptions {
  if (typeof plugin !== 'object' || plugin === null || Array.isArray(plugin)) {
    throw new RealWorldError(
      'OPTIONS_INVALID',
      'realWorld(options) takes an object, such as { workspace: "." }.',
    );
  }
  const { values, sources } = mergeLayers([
    ...(file === null ? [] : [fileLayer(file)]),
    { values: plugin, source: () => ({ from: 'plugin' }) },
    ...environmentLayers(environment),
    ...[...flagsOf(environment), ...flags].map(flagLayer),
  ]);
  const parsed = optionsSchema.safeParse(values);
  if (parsed.success) return { options: Object.freeze(parsed.data), sources };
  const sentences = parsed.error.issues.map((issue) => describeIssue(issue, sources));
  throw new RealWorldError('OPTIONS_INVALID', sentences.join(' '));
}

/** As `settleOptions`, of what the plugin was given and the environment alone. @throws RealWorldError `OPTIONS_INVALID` */
export function resolveOptions(
  options: unknown = {},
  environment: Environment = process.env,
): ResolvedOptions {
  return settleOptions({ plugin: options, environment }).options;
}

function fileLayer({ path, options }: ConfigFile): OptionLayer {
  return { values: options, source: () => ({ from: 'file', path }) };
}

function environmentLayers(environment: Environment): readonly OptionLayer[] {
  return Object.entries(environmentVariables).flatMap(([variable, { option, read }]) => {
    const text = environment[variable]?.trim();
    if (text === undefined || text === '') return [];
    const source: OptionSource = { from: 'environment', variable, text };
    return [{ values: nest(option, read(text)), source: () => source }];
  });
}

function flagLayer({ option, value, flag }: OptionFlag): OptionLayer {
  return { values: nest(option, value), source: () => ({ from: 'flag', flag }) };
}

/** The flags of the command that started this run. */
function flagsOf(environment: Environment): readonly OptionFlag[] {
  const text = environment[flagsVariable];
  return text === undefined ? [] : (JSON.parse(text) as readonly OptionFlag[]);
}

/** `nest('gate.mode', 'fail')` is `{ gate: { mode: 'fail' } }`. */
function nest(path: string, value: unknown): object {
  const [name = '', ...rest] = path.split('.');
  return { [name]: rest.length === 0 ? value : nest(rest.join('.'), value) };
}

/** What the options were called in the program that this one follows. */
const formerNames: Readonly<Record<string, string>> = {
  db_path: 'database',
  default_duration: 'durationMinutes',
  monitor_interval: 'monitorIntervalSeconds',
  resource_limits: 'limits',
  project_path: 'workspace',
};

function describeIssue(issue: z.core.$ZodIssue, sources: ReadonlyMap<string, OptionSource>): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = namesOfGroup(path);
    return issue.keys
      .map((key) => {
        const whole = path === '' ? key : `${path}.${key}`;
        const nearest = nearestKnown(key, known);
        const advice =
          nearest === null ? `Known options: ${known.join(', ')}.` : `Did you mean "${nearest}"?`;
        return `Unknown option "${whole}" ${describePlace(sourceWithin(sources, whole))}. ${advice}`;
      })
      .join(' ');
  }
  const source = sourceOf(sources, path);
  return `Option "${path}"${source.from === 'plugin' || source.from === 'file' ? ' ' : ', '}${describePlace(source)} is not usable: ${issue.message}.`;
}

function nearestKnown(key: string, known: readonly string[]): string | null {
  const former = formerNames[key];
  return former !== undefined && known.includes(former) ? former : nearestName(key, known);
}

/** The source of an option, or of the first value inside of it. */
function sourceWithin(sources: ReadonlyMap<string, OptionSource>, path: string): OptionSource {
  const inside = [...sources].find(([at]) => at === path || at.startsWith(`${path}.`));
  return inside?.[1] ?? sourceOf(sources, path);
}

function describePlace(source: OptionSource): string {
  switch (source.from) {
    case 'default':
    case 'plugin':
      return 'of realWorld()';
    case 'file':
      return `in ${source.path}`;
    case 'environment':
      return `set by environment variable ${source.variable}=${source.text},`;
    case 'flag':
      return `set by ${source.flag},`;
    default:
      return source satisfies never;
  }
}
