import type { Failure, FailurePattern, MethodFigures, SessionFacts } from '../model.js';
import { formatDuration, formatShare } from '../units.js';
import { upperBinomial } from './statistics/binomial-distribution.js';

const failuresMin = 5;
/** Chance that so many failures share it by accident; failures come in few, and several things are looked at. */
const alpha = 0.001;
const shareMin = 0.5;

/**
 * After which call, beside others or alone, and when the failures of a method happen: each told when at least half of the failures
 * share it and so many would share it by chance in less than one of a thousand sessions (binomial).
 */
export function findFailurePatterns(
  facts: SessionFacts,
  figures: Pick<MethodFigures, 'capability' | 'method' | 'calls' | 'overlappedLatency'>,
): readonly FailurePattern[] {
  const failures = facts.failures.filter(
    ({ capability, method }) => capability === figures.capability && method === figures.method,
  );
  if (failures.length < failuresMin) return [];
  return [afterCall(facts, figures, failures), underLoad(figures, failures), atTime(facts, failures)].filter(
    (pattern) => pattern !== null,
  );
}

type Subject = Pick<MethodFigures, 'capability' | 'method' | 'calls' | 'overlappedLatency'>;

function afterCall(
  { circumstances }: SessionFacts,
  { capability, method }: Subject,
  failures: readonly Failure[],
): FailurePattern | null {
  const others =
    circumstances.find((one) => one.capability === capability && one.method === method)?.succeededAfter ?? [];
  const counts = new Map<string, number>();
  for (const { after } of failures) if (after !== null) counts.set(after, (counts.get(after) ?? 0) + 1);
  const [call, count] = [...counts].sort((left, right) => right[1] - left[1])[0] ?? [];
  if (call === undefined || count === undefined || others.length === 0) return null;
  const besides = others.filter((after) => after === call).length;
  // One more than was seen on each side, so that what was never seen is not thought impossible.
  if (!isTelling(count, failures.length, (besides + 1) / (others.length + 2))) return null;
  return {
    kind: 'after_call',
    statement: `${count} of ${failures.length} failures came right after ${call}, and ${besides} of ${others.length} successes`,
  };
}

function underLoad(
  { calls, overlappedLatency }: Subject,
  failures: readonly Failure[],
): FailurePattern | null {
  const count = failures.filter(({ overlapped }) => overlapped).length;
  const share = Math.min(1, (overlappedLatency.count + 1) / (calls + 2));
  if (!isTelling(count, failures.length, share)) return null;
  return {
    kind: 'under_load',
    statement: `${count} of ${failures.length} failures happened beside other calls, as do ${formatShare(overlappedLatency.count / calls)} of all its calls`,
  };
}

/** Failures that lie in a small part of the time of the session; the error burst looks at calls instead. */
function atTime({ session }: SessionFacts, failures: readonly Failure[]): FailurePattern | null {
  const lengthMs = (session.endedAtMs ?? session.startedAtMs) - session.startedAtMs;
  const times = failures.map(({ atMs }) => atMs - session.startedAtMs).sort((left, right) => left - right);
  const firstMs = times[0] ?? 0;
  const lastMs = times.at(-1) ?? 0;
  if (lengthMs <= 0 || (lastMs - firstMs) / lengthMs > 0.25) return null;
  return {
    kind: 'at_time',
    statement: `all ${failures.length} failures came between ${formatDuration(firstMs)} and ${formatDuration(lastMs)} of ${formatDuration(lengthMs)}`,
  };
}

function isTelling(count: number, failures: number, shareOtherwise: number): boolean {
  return count >= shareMin * failures && upperBinomial(count, failures, shareOtherwise) < alpha;
}
