import type { Range } from '../../figures.js';
import type { Evaluation, EvaluationRate, LearningCourse } from '../../session-page.js';
import type { MetricPoint } from '../../storage/session-samples.js';

/** The metrics of an evaluation in the order in which it records them; each first one begins another evaluation. */
export const evaluationMetrics = [
  'accuracy',
  'precision',
  'recall',
  'f1_score',
  'macro_precision',
  'macro_recall',
  'macro_f1_score',
  'false_positive_rate',
  'false_negative_rate',
  'coverage',
  'mrr',
  'recall_at_k',
  'mrr_no_shared_word',
  'recall_at_k_no_shared_word',
] as const;

export const curveMetrics = [
  'learning_curve_precision',
  'learning_curve_recall',
  'learning_curve_f1',
] as const;

/** Metrics in the order in which they were recorded, as the evaluations they are of. */
export function groupEvaluations(metrics: readonly MetricPoint[]): readonly Evaluation[] {
  const evaluations: { about: MetricPoint; rates: Map<string, EvaluationRate> }[] = [];
  const open = new Map<string, { about: MetricPoint; rates: Map<string, EvaluationRate> }>();
  for (const metric of metrics) {
    const key = JSON.stringify([metric.taskId, metric.capability, metric.context.cases]);
    let current = open.get(key);
    if (current === undefined || current.rates.has(metric.metricType)) {
      current = { about: metric, rates: new Map() };
      open.set(key, current);
      evaluations.push(current);
    }
    const { metricType: name, value } = metric;
    current.rates.set(name, { name, value, interval: intervalOf(metric) });
  }
  return evaluations.map(({ about, rates }) => ({
    capability: about.capability,
    taskId: about.taskId,
    cases: wholeOf(about.context.cases),
    rates: [...rates.values()],
    confusion: confusionOf(about.context, rates),
  }));
}

/** The counts behind the rates: these are shares of whole numbers of cases, so rounding gives them back exactly. */
function confusionOf(
  { cases, prevalence }: MetricPoint['context'],
  rates: ReadonlyMap<string, EvaluationRate>,
): Evaluation['confusion'] {
  if (typeof cases !== 'number' || typeof prevalence !== 'number' || cases === 0) return null;
  const positives = Math.round(cases * prevalence);
  const negatives = cases - positives;
  const missed = rates.get('false_negative_rate')?.value ?? (positives === 0 ? 0 : null);
  const alarms = rates.get('false_positive_rate')?.value ?? (negatives === 0 ? 0 : null);
  if (missed === null || alarms === null) return null;
  const falseNegatives = Math.round(missed * positives);
  const falsePositives = Math.round(alarms * negatives);
  return {
    truePositives: positives - falseNegatives,
    falsePositives,
    trueNegatives: negatives - falsePositives,
    falseNegatives,
  };
}

/** Curves by scenario, capability and rate; a size that comes again begins another curve. */
export function groupCurves(metrics: readonly MetricPoint[]): readonly LearningCourse[] {
  const curves: { about: MetricPoint; points: LearningCourse['points'][number][] }[] = [];
  const open = new Map<string, (typeof curves)[number]>();
  for (const metric of metrics) {
    const key = JSON.stringify([metric.taskId, metric.capability, metric.metricType]);
    const examples = wholeOf(metric.context.examples);
    let current = open.get(key);
    if (current === undefined || (current.points.at(-1)?.examples ?? -1) >= examples) {
      current = { about: metric, points: [] };
      open.set(key, current);
      curves.push(current);
    }
    current.points.push({ examples, value: metric.value, interval: intervalOf(metric) });
  }
  return curves.map(({ about, points }) => ({
    capability: about.capability,
    taskId: about.taskId,
    rate: about.metricType.replace('learning_curve_', ''),
    cases: wholeOf(about.context.cases),
    points,
  }));
}

function intervalOf({ context: { low, high } }: MetricPoint): Range | null {
  return typeof low === 'number' && typeof high === 'number' ? { low, high } : null;
}

function wholeOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
