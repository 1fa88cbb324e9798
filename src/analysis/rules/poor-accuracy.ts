import type { MetricNote, SessionFacts } from '../../model.js';
import { formatShare } from '../../units.js';
import type { Interval } from '../statistics/bootstrap-interval.js';
import { proportionInterval } from '../statistics/proportion-interval.js';
import { typicalActivityOf } from './evidence.js';
import { isReported } from './reported.js';
import { draftIssue, type Rule } from './rule.js';

/** Below it, with the whole 95 % interval, a capability that learns or judges is wrong too often to be followed. */
const accuracyMin = 0.7;
/** Metrics that are judged; recall is a matter of what a capability dares, and is judged where it has a control beside it. */
const judged = new Set(['accuracy', 'precision']);

/** Capabilities that answer wrongly too often, or no better than a learner that only knows how frequent each answer is. */
export const findPoorAccuracy: Rule = ({ facts }) =>
  facts.notes.flatMap((note) => {
    if (!judged.has(note.metricType) || isReported(facts, 'poor_accuracy', note.capability)) return [];
    const cases = casesOf(note);
    const interval = intervalOf(note, cases);
    if (interval === null) return [];
    const control = note.metricType === 'accuracy' ? controlOf(facts, note) : null;
    const isPoor = interval.high < accuracyMin;
    const isNoBetter = control !== null && interval.high <= control;
    if (!isPoor && !isNoBetter) return [];
    return [
      draftIssue(facts, {
        severity: 'high',
        capability: note.capability,
        issueType: 'poor_accuracy',
        subject: `${note.metricType}:${note.taskId ?? ''}`,
        taskId: note.taskId,
        description: `${note.metricType} is ${formatShare(note.value)} (95 % interval ${formatShare(interval.low)} to ${formatShare(interval.high)}, ${cases} cases)${isNoBetter ? `; a control learner reaches ${formatShare(control)}` : ''}.`,
        suggestedFix: `Look at the cases that ${note.capability} got wrong, and let it answer only where it is sure.`,
        reproducible: true,
        evidenceActivityId: typicalActivityOf(facts, note.capability),
      }),
    ];
  });

/** The interval that was recorded beside the value, else one by the number of cases; null where neither is known. */
function intervalOf({ value, context }: MetricNote, cases: number): Interval | null {
  const { low, high } = context;
  if (typeof low === 'number' && typeof high === 'number') return { low, high };
  return proportionInterval(Math.round(value * cases), cases);
}

/** How many cases a share is of, by what was recorded beside it; 0 when that does not say. */
function casesOf({ context, metricType }: MetricNote): number {
  const named = metricType === 'precision' ? context.positives : undefined;
  for (const value of [named, context.cases, context.trials, context.queries]) {
    if (typeof value === 'number' && value > 0) return Math.round(value);
  }
  return 0;
}

function controlOf({ notes }: SessionFacts, { capability, taskId }: MetricNote): number | null {
  const controls = notes.filter(
    (note) =>
      note.metricType === 'control_accuracy' && note.capability === capability && note.taskId === taskId,
  );
  return controls.length === 0 ? null : Math.max(...controls.map(({ value }) => value));
}
