import { z } from 'zod';
import { RealWorldError } from './errors.js';
import { nearestName } from './nearest-name.js';
import { samplings } from './worker-settings.js';

const limitsSchema = z.strictObject({
  /** CPU of the whole machine, in percent. */
  cpuPercentMax: z.number().min(1).max(100).default(90),
  /** Memory of the whole machine that is not available, in percent. */
  memoryPercentMax: z.number().min(1).max(100).default(95),
  /** The fullest disk that the workspace or the database lies on, in percent. */
  diskPercentMax: z.number().min(1).max(100).default(98),
  /** Failed activities in a row, without a fault being injected. */
  consecutiveErrorsMax: z.int().min(1).default(5),
});

const retentionSchema = z.strictObject({
  callsMax: z.int().min(100).default(10_000),
  sampleShare: z.number().min(0).max(1).default(0.01),
});

export const optionsSchema = z.strictObject({
  /**
   * The module whose default export is a `defineHub(...)`: a path from the project's root, or a package.
   * Left out: `./hub.ts` (or `.mts`, `.js`, `.mjs`) when there is one, else the package `vitest-realworld-hub`.
   */
  hub: z.string().min(1).optional(),
  /** The codebase or deployment the hub works on, a folder, from the project's root. */
  workspace: z.string().min(1).default('.'),
  /** The SQLite file, from the project's root. */
  database: z.string().min(1).default('.realworld/realworld_testing.db'),
  /** Folder of journals, reports and private copies, from the project's root. */
  directory: z.string().min(1).default('.realworld'),
  /** How long the scenarios that run for a set time go on, in minutes. */
  durationMinutes: z.number().positive().max(10_080).default(0.5),
  /** The session ends when it has run for this long, in minutes, whatever is still to do; left out, it has no end. */
  sessionMinutesMax: z.number().positive().optional(),
  /** Time between two samples of the machine, in seconds. */
  monitorIntervalSeconds: z.number().min(0.1).max(3_600).default(5),
  /** Globs of the scenario files. */
  include: z.array(z.string().min(1)).min(1).default(['**/*.realworld.{ts,mts,tsx,js,mjs,jsx}']),
  /** Where the session is stopped for the sake of the machine. */
  limits: limitsSchema.prefault({}),
  /** Seed of all randomness; left out, one is drawn and printed. */
  seed: z.int().min(0).max(0xffff_ffff).optional(),
  /**
   * Keeps the rows of only some calls of a method that is called very often: at least the first `callsMax`, every failure,
   * every outlier, and a sample of the rest. Sums and latency histograms cover all calls. Left out, every row is kept.
   */
  retention: retentionSchema.optional(),
  /** What is measured of a call: time, CPU, memory and event loop, or with `timing` its time only. */
  sampling: z.enum(samplings).default('full'),
  /** Longest stored result of an activity, in bytes of JSON. */
  resultBytesMax: z.int().min(32).max(65_536).default(400),
  /** Names of properties whose values are never stored, beside the built-in ones. */
  redact: z.array(z.string().min(1)).default([]),
  /** No live lines while the session runs. */
  quiet: z.boolean().default(false),
  /** Print and save the improvement report when the session ends. */
  report: z.boolean().default(true),
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

const groups: ReadonlyMap<string, z.ZodObject> = new Map([
  ['limits', limitsSchema as z.ZodObject],
  ['retention', retentionSchema as z.ZodObject],
]);

function describeIssue(issue: z.core.$ZodIssue, sources: ReadonlyMap<string, string>): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys((groups.get(path) ?? optionsSchema).shape);
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
