import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import { RealWorldError } from './errors.js';
import { nearestName } from './nearest-name.js';
import { samplings } from './worker-settings.js';

// Zod's small form: it is half of what a run would otherwise wait for the plugin to load.
z.config(english());

const percent = z.number().check(z.minimum(1), z.maximum(100));
const text = z.string().check(z.minLength(1));

const limitsSchema = z.strictObject({
  /** CPU of the whole machine, in percent. */
  cpuPercentMax: z._default(percent, 90),
  /** Memory of the whole machine that is not available, in percent. */
  memoryPercentMax: z._default(percent, 95),
  /** The fullest disk that the workspace or the database lies on, in percent. */
  diskPercentMax: z._default(percent, 98),
  /** Failed activities in a row, without a fault being injected. */
  consecutiveErrorsMax: z._default(z.int().check(z.minimum(1)), 5),
});

const retentionSchema = z.strictObject({
  callsMax: z._default(z.int().check(z.minimum(100)), 10_000),
  sampleShare: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0.01),
});

export const optionsSchema = z.strictObject({
  /**
   * The module whose default export is a `defineHub(...)`: a path from the project's root, or a package.
   * Left out: `./hub.ts` (or `.mts`, `.js`, `.mjs`) when there is one, else the package `vitest-realworld-hub`.
   */
  hub: z.optional(text),
  /** The codebase or deployment the hub works on, a folder, from the project's root. */
  workspace: z._default(text, '.'),
  /** The SQLite file, from the project's root. */
  database: z._default(text, '.realworld/realworld_testing.db'),
  /** Folder of journals, reports and private copies, from the project's root. */
  directory: z._default(text, '.realworld'),
  /** How long the scenarios that run for a set time go on, in minutes. */
  durationMinutes: z._default(z.number().check(z.positive(), z.maximum(10_080)), 0.5),
  /** The session ends when it has run for this long, in minutes, whatever is still to do; left out, it has no end. */
  sessionMinutesMax: z.optional(z.number().check(z.positive())),
  /** Time between two samples of the machine, in seconds. */
  monitorIntervalSeconds: z._default(z.number().check(z.minimum(0.1), z.maximum(3_600)), 5),
  /** Globs of the scenario files. */
  include: z._default(z.array(text).check(z.minLength(1)), ['**/*.realworld.{ts,mts,tsx,js,mjs,jsx}']),
  /** Where the session is stopped for the sake of the machine. */
  limits: z.prefault(limitsSchema, {}),
  /** Seed of all randomness; left out, one is drawn and printed. */
  seed: z.optional(z.int().check(z.minimum(0), z.maximum(0xffff_ffff))),
  /**
   * Keeps the rows of only some calls of a method that is called very often: at least the first `callsMax`, every failure,
   * every outlier, and a sample of the rest. Sums and latency histograms cover all calls. Left out, every row is kept.
   */
  retention: z.optional(retentionSchema),
  /** What is measured of a call: time, CPU, memory and event loop, or with `timing` its time only. */
  sampling: z._default(z.enum(samplings), 'full'),
  /** Longest stored result of an activity, in bytes of JSON. */
  resultBytesMax: z._default(z.int().check(z.minimum(32), z.maximum(65_536)), 400),
  /** Names of properties whose values are never stored, beside the built-in ones. */
  redact: z._default(z.array(text), []),
  /** No live lines while the session runs. */
  quiet: z._default(z.boolean(), false),
  /** Print and save the improvement report when the session ends. */
  report: z._default(z.boolean(), true),
});

/** What a user may write. */
export type RealWorldOptions = z.input<typeof optionsSchema>;

/** What is in force: every value present, nothing to be decided later. */
export type ResolvedOptions = Readonly<z.output<typeof optionsSchema>>;

const environmentVariables = {
  REALWORLD_TESTING_DB: { option: 'database', read: (text: string) => text },
  REALWORLD_TESTING_DURATION: { option: 'durationMinutes', read: Number },
  REALWORLD_TESTING_INTERVAL: { option: 'monitorIntervalSeconds', read: Number },
  REALWORLD_SEED: { option: 'seed', read: Number },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settles the options once. The environment wins over what the configuration says, because it is set for
 * one run; defaults fill the rest.
 *
 * @throws RealWorldError `OPTIONS_INVALID`, naming the option and the nearest right name
 */
export function resolveOptions(
  options: unknown = {},
  environment: Environment = process.env,
): ResolvedOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new RealWorldError(
      'OPTIONS_INVALID',
      'realWorld(options) takes an object, such as { workspace: "." }.',
    );
  }
  const merged: Record<string, unknown> = { ...options };
  const sources = new Map<string, string>();
  for (const [variable, { option, read }] of Object.entries(environmentVariables)) {
    const text = environment[variable]?.trim();
    if (text === undefined || text === '') continue;
    merged[option] = read(text);
    sources.set(option, `environment variable ${variable}=${text}`);
  }
  const parsed = optionsSchema.safeParse(merged);
  if (parsed.success) return Object.freeze(parsed.data);
  const sentences = parsed.error.issues.map((issue) => describeIssue(issue, sources));
  throw new RealWorldError('OPTIONS_INVALID', sentences.join(' '));
}

const namesByGroup: ReadonlyMap<string, readonly string[]> = new Map([
  ['', Object.keys(optionsSchema.shape)],
  ['limits', Object.keys(limitsSchema.shape)],
  ['retention', Object.keys(retentionSchema.shape)],
]);

function describeIssue(issue: z.core.$ZodIssue, sources: ReadonlyMap<string, string>): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = namesByGroup.get(path) ?? [];
    return issue.keys
      .map((key) => {
        const nearest = nearestName(key, known);
        const advice =
          nearest === null ? `Known options: ${known.join(', ')}.` : `Did you mean "${nearest}"?`;
        return `Unknown option "${path === '' ? key : `${path}.${key}`}" of realWorld(). ${advice}`;
      })
      .join(' ');
  }
  const source = sources.get(path);
  const subject =
    source === undefined ? `Option "${path}" of realWorld()` : `Option "${path}", set by ${source},`;
  return `${subject} is not usable: ${issue.message}.`;
}
