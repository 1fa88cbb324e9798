import { formatDuration, formatShare } from '../units.js';
import type { LiveCapability } from './live-tally.js';
import { padColumns, toPlainText, truncate } from './plain-text.js';
import type { Colors } from './terminal-layout.js';

/** A session at one moment, as a person follows it. */
export interface LiveStatus {
  readonly sessionId: string;
  readonly elapsedMs: number;
  /** How long it is expected to take in all, by its limit or by the last session like it; null when nothing tells. */
  readonly expectedMs: number | null;
  readonly scenariosDone: number;
  /** Files of scenarios; how many scenarios a file holds is known when it is loaded. */
  readonly filesDone: number;
  readonly filesTotal: number;
  /** The scenario that began last and has not ended; null between two. */
  readonly scenario: string | null;
  readonly activities: number;
  /** Without those under an injected fault. */
  readonly errors: number;
  /** Of the whole machine; null before the first sample. */
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
  readonly capabilityCount: number;
  /** Those that were called last, the newest first. */
  readonly capabilities: readonly LiveCapability[];
}

export interface LiveLook {
  /** Columns of the terminal. */
  readonly columns: number;
  readonly colors: Colors;
  readonly unicode: boolean;
}

const narrowestColumns = 20;
const widestColumns = 100;
const barCells = 20;

/** The lines of the region that is redrawn, none longer than the terminal is wide. */
export function renderLiveRegion(
  status: LiveStatus,
  { columns, colors, unicode }: LiveLook,
): readonly string[] {
  const width = Math.min(widestColumns, Math.max(narrowestColumns, columns - 1));
  const { errors, scenario } = status;
  const lines: [text: string, paint: (text: string) => string][] = [
    [`${progressBar(status, unicode)} ${describeTime(status)}`, colors.cyan],
    [`Session ${status.sessionId}, ${describeScenarios(status)}`, colors.dim],
    ...(scenario === null ? [] : [[toPlainText(scenario), colors.dim] as [string, typeof colors.dim]]),
    [`${describeCalls(status)}; ${describeMachine(status)}`, errors > 0 ? colors.red : colors.dim],
    ...status.capabilities.map((one): [string, typeof colors.dim] => [
      describeCapability(one, unicode ? '•' : '*'),
      one.errors > 0 ? colors.yellow : colors.dim,
    ]),
  ];
  // Cut before it is painted: a sequence that is cut in two would paint what follows.
  return lines.map(([text, paint]) => paint(truncate(text, width)));
}

/** The same in one line, for a log. */
export function renderLiveLine(status: LiveStatus): string {
  const { capabilities } = status;
  const named = capabilities
    .slice(0, 3)
    .map(({ capability, calls, successRate }) => `${toPlainText(capability)} ${calls}${rate(successRate)}`);
  const rest = status.capabilityCount - named.length;
  const active = named.length === 0 ? '' : `; ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return `[${toPlainText(status.sessionId)}] ${describeTime(status)}, ${describeScenarios(status)}, ${describeCalls(status)}, ${describeMachine(status)}${active}`;
}

function describeTime({ elapsedMs, expectedMs }: LiveStatus): string {
  const running = `Running ${formatClock(elapsedMs)}`;
  if (expectedMs === null) return running;
  const remainingMs = expectedMs - elapsedMs;
  return remainingMs > 0
    ? `${running} / Remaining ${formatClock(remainingMs)}`
    : `${running}, longer than expected`;
}

/** By time where that is known, else by files. */
function progressBar({ elapsedMs, expectedMs, filesDone, filesTotal }: LiveStatus, unicode: boolean): string {
  const share = expectedMs === null ? filesDone / Math.max(1, filesTotal) : elapsedMs / expectedMs;
  const full = Math.round(Math.min(1, Math.max(0, share)) * barCells);
  const [done, open] = unicode ? ['█', '░'] : ['#', '.'];
  return `[${done.repeat(full)}${open.repeat(barCells - full)}]`;
}

function describeScenarios({ scenariosDone, filesDone, filesTotal }: LiveStatus): string {
  const current = Math.min(filesTotal, filesDone + 1);
  return `${scenariosDone} ${scenariosDone === 1 ? 'scenario' : 'scenarios'} done, file ${current} of ${filesTotal}`;
}

function describeCalls({ activities, errors }: LiveStatus): string {
  return `${activities} ${activities === 1 ? 'activity' : 'activities'}, ${errors} ${errors === 1 ? 'error' : 'errors'}`;
}

function describeMachine({ cpuPercent, memoryPercent }: LiveStatus): string {
  if (cpuPercent === null || memoryPercent === null) return 'machine not sampled yet';
  return `CPU ${cpuPercent.toFixed(1)}%, Memory ${memoryPercent.toFixed(1)}%`;
}

function describeCapability(
  { capability, calls, successRate, p95Ms }: LiveCapability,
  bullet: string,
): string {
  const name = padColumns(truncate(toPlainText(capability), 24), 24);
  return `  ${bullet} ${name} ${String(calls).padStart(7)} calls${rate(successRate).padStart(15)}  p95 ${formatDuration(p95Ms)}`;
}

function rate(successRate: number | null): string {
  return successRate === null ? ' under fault' : ` ${formatShare(successRate)} success`;
}

/** Hours, minutes and seconds: `0:04:30`. */
export function formatClock(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
