import type { MethodFigures } from '../../model.js';
import { formatDuration } from '../../units.js';
import { upperBinomial } from '../statistics/binomial-distribution.js';
import { draftIssue, type Rule } from './rule.js';

/** Failures that a burst has at least, and windows with calls that it is compared with. */
const failuresMin = 5;
const windowsMin = 4;
/** Share of all failures of the method that fall into the burst. */
const shareMin = 0.5;
const alpha = 0.001;

/**
 * Methods whose failures come together: so many in one window of the session, or in two neighbours, that they would fall into it by chance in less than
 * one session in a thousand (binomial, corrected for the number of places).
 */
export const findErrorBursts: Rule = ({ facts, capabilities }) =>
  capabilities
    .flatMap((capability) => capability.methods)
    .flatMap((figures) => {
      const burst = burstOf(figures);
      if (burst === null) return [];
      const { index, length, share } = burst;
      const fromMs = index * facts.windowMs;
      const evidence = facts.failures.find(
        ({ capability, method, atMs }) =>
          capability === figures.capability &&
          method === figures.method &&
          atMs - facts.session.startedAtMs >= fromMs,
      );
      return [
        draftIssue(facts, {
          severity: 'high',
          capability: figures.capability,
          issueType: 'error_burst',
          subject: figures.method,
          description: `${burst.errors} of the ${figures.errors} failures of ${figures.method} came within ${formatDuration(length * facts.windowMs)}, from ${formatDuration(fromMs)} after the start on; ${Math.round(share * 100)} % of its calls ran then.`,
          suggestedFix: `Look at what else happened then: a dependency that was away, a limit, a restart.`,
          reproducible: null,
          evidenceActivityId: evidence?.activityId ?? figures.failedActivityId,
        }),
      ];
    });

/** A burst does not keep to the borders of windows: two neighbours are looked at together as well. */
function burstOf({ windows, errors }: MethodFigures): Burst | null {
  if (windows.length < windowsMin) return null;
  const calls = windows.reduce((sum, window) => sum + window.calls, 0);
  const spans = windows.flatMap((window, place) => {
    const next = windows[place + 1];
    const alone = { index: window.index, length: 1, errors: window.errors, share: window.calls / calls };
    if (next === undefined || next.index !== window.index + 1) return [alone];
    return [
      alone,
      {
        index: window.index,
        length: 2,
        errors: window.errors + next.errors,
        share: (window.calls + next.calls) / calls,
      },
    ];
  });
  const chances = spans.map((span) => ({
    ...span,
    chance:
      span.errors < failuresMin || span.errors < shareMin * errors
        ? 1
        : upperBinomial(span.errors, errors, span.share) * spans.length,
  }));
  const burst = chances.reduce((least, span) => (span.chance < least.chance ? span : least));
  return burst.chance < alpha ? burst : null;
}

/** One or two windows of the session. */
interface Burst {
  readonly index: number;
  readonly length: number;
  readonly errors: number;
  /** Of the method's calls. */
  readonly share: number;
}
