import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
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

const positive = z.number().check(z.positive());

/** What calls may be held to; the words are explained in `gate.ts`. */
const limitsOfCalls = {
  meanMs: z.optional(positive),
  medianMs: z.optional(positive),
  p95Ms: z.optional(positive),
  p99Ms: z.optional(positive),
  maxMs: z.optional(positive),
  cpuTimeMs: z.optional(positive),
  successRate: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  errors: z.optional(z.int().check(z.minimum(0))),
  throughputPerSecond: z.optional(positive),
  minSamples: z.optional(z.int().check(z.minimum(1))),
};
const runLimitsSchema = z.strictObject(limitsOfCalls);

const gateModes = ['report', 'fail'] as const;
const gateSchema = z.strictObject({
  ...limitsOfCalls,
  /** With `fail` a gate that is broken ends the run with 1, and one that is inconclusive with 3. */
  mode: z._default(z.enum(gateModes), 'report'),
  scoreMin: z._default(z.number().check(z.minimum(0), z.maximum(100)), 70),
  criticalIssuesMax: z._default(z.int().check(z.minimum(0)), 0),
  successRate: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0.8),
  meanMs: z._default(positive, 5_000),
  minSamples: z._default(z.int().check(z.minimum(1)), 20),
  /** Limits of single capabilities, by name. */
  capabilities: z._default(z.record(text, runLimitsSchema), {}),
});

const webhookSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** Name of the environment variable that holds the secret; it is sent in `header`. */
  secretVariable: z.optional(text),
  header: z._default(text.check(z.regex(/^[A-Za-z0-9-]+$/)), 'authorization'),
  /** For one try. */
  timeoutMs: z._default(z.int().check(z.minimum(100), z.maximum(60_000)), 5_000),
  /** Tries after the first, each later than the one before. */
  retries: z._default(z.int().check(z.minimum(0), z.maximum(10)), 3),
});

const alertsSchema = z.strictObject({
  /** File that a line of JSON is added to for every session with alerts, from the project's root. */
  file: z.optional(text),
  webhook: z.optional(webhookSchema),
});

const weight = z.number().check(z.minimum(0), z.maximum(1));
const scoreWeightsSchema = z.strictObject({
  success: z._default(weight, 0.7),
  response: z._default(weight, 0.2),
  resources: z._default(weight, 0.1),
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
  /** What a session is held to. `fail` and `report` alone set the mode and leave the limits at their defaults. */
  gate: z.prefault(
    z.pipe(
      z.transform((given: unknown) => (typeof given === 'string' ? { mode: given } : given)),
      gateSchema,
    ),
    {},
  ),
  /** Who is told when a gate is broken, beside the report. */
  alerts: z.prefault(alertsSchema, {}),
  /** What the parts of the score weigh. */
  scoreWeights: z.prefault(scoreWeightsSchema, {}),
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
  /** The report names every issue, suggestion, capability and method instead of the first ones. */
  verbose: z._default(z.boolean(), false),
  /** Print and save the improvement report when the session ends. */
  report: z._default(z.boolean(), true),
  /** Save the report as a page as well. */
  html: z._default(z.boolean(), true),
});

type GateInput = z.input<typeof gateSchema>;

/** What a user may write. */
export type RealWorldOptions = Omit<z.input<typeof optionsSchema>, 'gate'> & {
  readonly gate?: GateInput | (typeof gateModes)[number];
};

/** What is in force: every value present, nothing to be decided later. */
export type ResolvedOptions = Readonly<z.output<typeof optionsSchema>>;

const namesByGroup: ReadonlyMap<string, readonly string[]> = new Map([
  ['', Object.keys(optionsSchema.shape)],
  ['limits', Object.keys(limitsSchema.shape)],
  ['retention', Object.keys(retentionSchema.shape)],
  ['gate', Object.keys(gateSchema.shape)],
  ['alerts', Object.keys(alertsSchema.shape)],
  ['alerts.webhook', Object.keys(webhookSchema.shape)],
  ['scoreWeights', Object.keys(scoreWeightsSchema.shape)],
]);

/** The options that a group has, by the group's path; the empty path is that of the whole. */
export function namesOfGroup(path: string): readonly string[] {
  return namesByGroup.get(path) ?? (path.startsWith('gate.capabilities.') ? Object.keys(limitsOfCalls) : []);
}
