import {
  type Activity,
  type ActivityOutcome,
  activityOutcomes,
  type CapturedError,
  type Issue,
  type JournalEntry,
  type Metric,
  type ProcessSample,
  type ScenarioStart,
} from '../model.js';

/**
 * One journal line is a JSON array; an activity's line carries the digest of its result, which is JSON already,
 * behind a tab. JSON never holds a raw tab or line feed, so both separators are safe, and the digest is neither
 * escaped by the writer nor parsed by the reader.
 */
export const journalVersion = 1;

/** What the writer knows of an activity; numbers are whole, because whole numbers are written fastest. */
export interface ActivityLine {
  readonly running: boolean;
  readonly sequence: number;
  /** What `encodeSubject` made: `,"id",0,"code_search","index",`. */
  readonly subjectJson: string;
  /** Whole seconds since 1970, and the microseconds beyond them: small whole numbers are written four times faster. */
  readonly startedAtSeconds: number;
  readonly startedAtUs: number;
  readonly durationNs: number;
  readonly outcome: ActivityOutcome;
  /** What `encodeUsage` made, or `usageNotMeasured`. */
  readonly usageJson: string;
  readonly overlapping: number;
  /** Sequence number of the parent, or 0. */
  readonly parent: number;
  /** Nanoseconds to the first item, or -1. */
  readonly firstResultNs: number;
  readonly fault: string | null;
  readonly error: CapturedError | null;
  /** Whole milliseconds, or 0. */
  readonly stallMs: number;
  readonly resultJson: string | null;
}

const outcomeFields = Object.fromEntries(
  activityOutcomes.map((outcome, index) => [outcome, `,${index}`]),
) as Readonly<Record<ActivityOutcome, string>>;

/** Few and long pieces: what a line costs is the number of its pieces. */
export function encodeActivity(line: ActivityLine): string {
  const end =
    line.fault === null && line.error === null && line.firstResultNs < 0 && line.stallMs === 0
      ? usualEnd
      : encodeEnd(line);
  const result = line.resultJson === null ? '' : `\t${line.resultJson}`;
  return `${line.running ? '["r",' : '["a",'}${line.sequence}${line.subjectJson}${line.startedAtSeconds},${line.startedAtUs},${line.durationNs}${outcomeFields[line.outcome]}${line.usageJson}${line.overlapping},${line.parent}${end}${result}\n`;
}

const usualEnd = ',-1,null,null]';

function encodeEnd({ firstResultNs, fault, error, stallMs }: ActivityLine): string {
  const stall = stallMs === 0 ? '' : `,${stallMs}`;
  return `,${firstResultNs},${JSON.stringify(fault)},${JSON.stringify(error)}${stall}]`;
}

/** The part of an activity's line that is the same for every call of a method in a scenario, commas around it. */
export function encodeSubject(
  taskId: string | null,
  attempt: number,
  capability: string,
  method: string,
): string {
  return `,${JSON.stringify(taskId)},${attempt},${JSON.stringify(capability)},${JSON.stringify(method)},`;
}

/** What a process used between two samples, as the eight fields that an activity's line has for it, commas around them. */
export function encodeUsage(before: ProcessSample, after: ProcessSample): string {
  const sampledMs = after.atMs - before.atMs;
  const loopPermille =
    sampledMs > 0
      ? Math.min(1_000, Math.round(((after.loopActiveMs - before.loopActiveMs) / sampledMs) * 1_000))
      : -1;
  return `,${after.cpuUs - before.cpuUs},${before.rssBytes},${after.rssBytes},${before.heapUsedBytes},${after.heapUsedBytes},${before.externalBytes},${after.externalBytes},${loopPermille},`;
}

/** The one field that stands for them when the process was not sampled. */
export const usageNotMeasured = ',null,';
const usageFields = 8;

type PlainEntry = Exclude<JournalEntry, { entry: 'activity' | 'activity_running' }>;

export function encodeEntry(entry: PlainEntry): string {
  return `${JSON.stringify([entry.entry, journalVersion, entry])}\n`;
}

/** Where a line came from: what every line of one journal has in common. */
export interface JournalOrigin {
  readonly journalId: string;
  readonly workerPid: number;
}

/**
 * Reads one line without its line feed.
 *
 * @throws SyntaxError when the line is not one that the writer wrote
 */
export function decodeLine(line: string, origin: JournalOrigin): JournalEntry {
  const tab = line.indexOf('\t');
  const fields: unknown = JSON.parse(tab === -1 ? line : line.slice(0, tab));
  if (!Array.isArray(fields)) throw new SyntaxError('a journal line is an array');
  const kind: unknown = fields[0];
  if (kind === 'a' || kind === 'r') {
    const activity = decodeActivity(fields, tab === -1 ? null : line.slice(tab + 1), origin);
    return { entry: kind === 'a' ? 'activity' : 'activity_running', activity };
  }
  return decodePlainEntry(kind, fields[1], fields[2]);
}

/** Fields of an activity's line with all that is sampled, and where that begins; a stall is one more. */
const sampledLength = 23;
const usageIndex = 10;

function decodeActivity(
  fields: readonly unknown[],
  resultJson: string | null,
  origin: JournalOrigin,
): Activity {
  const unsampledLength = sampledLength - usageFields + 1;
  const sampled = fields.length >= sampledLength;
  const length = sampled ? sampledLength : unsampledLength;
  if (
    (fields.length !== length && fields.length !== length + 1) ||
    typeof fields[1] !== 'number' ||
    typeof fields[4] !== 'string'
  ) {
    throw new SyntaxError(`an activity line has ${sampledLength} fields, or one for all that is sampled`);
  }
  const numeric = (index: number): number => {
    const value = fields[index];
    if (typeof value !== 'number') throw new SyntaxError(`field ${index} of an activity line is a number`);
    return value;
  };
  const sampledAt = (index: number): number | null => (sampled ? numeric(usageIndex + index) : null);
  /** Behind the usage. */
  const end = usageIndex + (sampled ? usageFields : 1);
  const outcome = activityOutcomes[numeric(9)];
  if (outcome === undefined) throw new SyntaxError('an activity line names a known outcome');
  const cpuUs = sampledAt(0);
  const loopPermille = sampledAt(7);
  const parent = numeric(end + 1);
  const firstResultNs = numeric(end + 2);
  const longestStallMs = fields.length === length ? null : numeric(end + 5);
  return {
    activityId: activityIdOf(origin.journalId, fields[1]),
    taskId: fields[2] as string | null,
    attempt: numeric(3),
    workerPid: origin.workerPid,
    startedAtMs: numeric(6) * 1_000 + numeric(7) / 1_000,
    capability: fields[4],
    method: String(fields[5]),
    durationMs: numeric(8) / 1_000_000,
    firstResultMs: firstResultNs < 0 ? null : firstResultNs / 1_000_000,
    outcome,
    error: fields[end + 4] as CapturedError | null,
    resultJson,
    cpuTimeMs: cpuUs === null ? null : cpuUs / 1_000,
    rssBeforeBytes: sampledAt(1),
    rssAfterBytes: sampledAt(2),
    heapBeforeBytes: sampledAt(3),
    heapAfterBytes: sampledAt(4),
    externalBeforeBytes: sampledAt(5),
    externalAfterBytes: sampledAt(6),
    eventLoopUtilization: loopPermille === null || loopPermille < 0 ? null : loopPermille / 1_000,
    longestStallMs,
    overlapping: numeric(end),
    parentId: parent === 0 ? null : activityIdOf(origin.journalId, parent),
    fault: fields[end + 3] as string | null,
  };
}

function decodePlainEntry(kind: unknown, version: unknown, entry: unknown): JournalEntry {
  if (version !== journalVersion) throw new SyntaxError(`journal version ${String(version)} is not known`);
  if (typeof entry !== 'object' || entry === null) throw new SyntaxError('a journal entry is an object');
  switch (kind) {
    case 'worker':
      return entry as JournalEntry & { entry: 'worker' };
    case 'scenario_started':
      return entry as { entry: 'scenario_started'; scenario: ScenarioStart };
    case 'scenario_ended':
      return entry as JournalEntry & { entry: 'scenario_ended' };
    case 'metric':
      return entry as { entry: 'metric'; metric: Metric };
    case 'issue':
      return entry as { entry: 'issue'; issue: Issue };
    default:
      throw new SyntaxError(`a journal entry of kind ${String(kind).slice(0, 40)} is not known`);
  }
}

/** Ids of journals are of one length, so nothing needs to stand between the two. */
export function activityIdOf(journalId: string, sequence: number): string {
  return `${journalId}${sequence.toString(36)}`;
}
