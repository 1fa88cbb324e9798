import type { LatencyEstimate } from '../../../figures.js';
import type { Scenario, Severity } from '../../../model.js';
import { formatDuration, formatShare } from '../../../units.js';
import type { Tone } from './elements.js';

export function severityTone(severity: Severity): Tone {
  switch (severity) {
    case 'critical':
    case 'high':
      return 'bad';
    case 'medium':
      return 'warn';
    case 'low':
    case 'info':
      return 'calm';
    default:
      return severity satisfies never;
  }
}

export function outcomeTone(outcome: Scenario['outcome']): Tone {
  switch (outcome) {
    case 'passed':
      return 'good';
    case 'failed':
    case 'crashed':
      return 'bad';
    case 'stopped':
      return 'warn';
    case 'running':
    case 'skipped':
      return 'calm';
    default:
      return outcome satisfies never;
  }
}

/** A percentile is never shown without what it is worth. */
export function describeInterval(estimate: LatencyEstimate): string {
  return 'lowMs' in estimate
    ? `${formatDuration(estimate.lowMs)} to ${formatDuration(estimate.highMs)}`
    : `needs ${estimate.countNeeded} calls`;
}

export function shareOr(share: number | null): string {
  return share === null ? 'none to judge' : formatShare(share);
}

/** `1 call`, `2 calls`. */
export function count(of: number, one: string, many = `${one}s`): string {
  return `${formatCount(of)} ${of === 1 ? one : many}`;
}

/** With thin gaps between thousands. */
export function formatCount(value: number): string {
  return value.toLocaleString('en').replaceAll(',', '\u202f');
}

export function formatMoment(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Time since the session began, as a chart's axis shows it: `1:05`, `2:03:10`, or with fractions of a second. */
export function formatElapsed(ms: number, stepMs: number): string {
  const seconds = ms / 1_000;
  if (stepMs < 1_000) return `${seconds.toFixed(stepMs < 100 ? 2 : 1)}s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** A number of any unit: three digits are what a person reads. */
export function formatNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e9) return formatCount(value);
  return magnitude >= 1_000 && magnitude < 1e9 ? formatCount(Math.round(value)) : value.toPrecision(3);
}

/** `code_search` as a person says it. */
export function plainWords(identifier: string): string {
  return identifier.replaceAll('_', ' ');
}
