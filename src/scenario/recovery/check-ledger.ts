import type { EngineContext } from '../engine-context.js';
import { requireKnownOptions, requireList, requireName } from '../engine-options.js';

export interface LedgerOptions {
  /** What the effects are, for the report, such as `orders`. */
  readonly name: string;
  /** Ids of the effects that must have been applied, each once. */
  readonly expected: readonly string[];
  /** Ids of the effects that the system left behind, as often as it applied them. */
  readonly applied: readonly string[];
  /** Capability that applied them; its issues and metrics carry the name. */
  readonly capability?: string;
}

export interface LedgerResult {
  readonly effectsExpected: number;
  readonly effectsApplied: number;
  readonly appliedTwice: readonly { readonly id: string; readonly times: number }[];
  readonly lost: readonly string[];
  /** Applied and never expected. */
  readonly foreign: readonly string[];
  /** `inconclusive` when no effect was expected: then nothing was shown. */
  readonly verdict: 'exactly_once' | 'not_exactly_once' | 'inconclusive';
}

const examplesShown = 5;

/** Compares the effects that a system left behind with those it should have: each once. Keeps metrics, and what is wrong as issues. */
export function checkLedger({ recorder }: EngineContext, options: LedgerOptions): LedgerResult {
  const call = 'recovery.checkLedger';
  requireKnownOptions(call, options, ['name', 'expected', 'applied', 'capability']);
  const { name, expected, applied, capability } = options;
  requireName(call, 'name', name);
  requireList(call, 'expected', expected);
  requireList(call, 'applied', applied);
  if (capability !== undefined) requireName(call, 'capability', capability);
  const result = compareLedger(expected, applied);
  const owner = capability === undefined ? {} : { capability };
  const context = { ledger: name, effects: result.effectsExpected };
  if (result.verdict === 'inconclusive') {
    recorder.recordIssue({
      ...owner,
      severity: 'info',
      issueType: 'insufficient_data',
      description: `No effect of "${name}" was expected, so nothing is known of how often effects are applied.`,
    });
    return result;
  }
  const { appliedTwice, lost, effectsExpected } = result;
  recorder.recordMetric('effects_applied_twice', appliedTwice.length, 'count', { ...owner, context });
  recorder.recordMetric('effects_lost', lost.length, 'count', { ...owner, context });
  if (appliedTwice.length > 0) {
    recorder.recordIssue({
      ...owner,
      severity: 'critical',
      issueType: 'effect_applied_twice',
      description: `"${name}": ${appliedTwice.length} of ${effectsExpected} effects were applied more than once: ${listed(appliedTwice.map(({ id, times }) => `${id} (${times} times)`))}.`,
      suggestedFix:
        'Keep the effect and the note that it was done in one transaction, or give each effect a key that is refused the second time.',
    });
  }
  if (lost.length > 0) {
    recorder.recordIssue({
      ...owner,
      severity: 'critical',
      issueType: 'lost_data',
      description: `"${name}": ${lost.length} of ${effectsExpected} effects are missing: ${listed(lost)}.`,
      suggestedFix:
        'Say that something is done only when it is stored; look at what was acknowledged before it was.',
    });
  }
  return result;
}

function compareLedger(expected: readonly string[], applied: readonly string[]): LedgerResult {
  const wanted = new Set(expected);
  const times = new Map<string, number>();
  for (const id of applied) times.set(id, (times.get(id) ?? 0) + 1);
  const appliedTwice = [...times].flatMap(([id, count]) => (count > 1 ? [{ id, times: count }] : []));
  const lost = [...wanted].filter((id) => !times.has(id));
  const foreign = [...times.keys()].filter((id) => !wanted.has(id));
  const isExact = appliedTwice.length === 0 && lost.length === 0;
  return {
    effectsExpected: wanted.size,
    effectsApplied: applied.length,
    appliedTwice,
    lost,
    foreign,
    verdict: wanted.size === 0 ? 'inconclusive' : isExact ? 'exactly_once' : 'not_exactly_once',
  };
}

function listed(texts: readonly string[]): string {
  const left = texts.length - examplesShown;
  return `${texts.slice(0, examplesShown).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}
