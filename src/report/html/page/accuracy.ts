import type { Evaluation, LearningCourse, SessionPage } from '../../../session-page.js';
import { formatShare } from '../../../units.js';
import { type Colour, drawChart } from './charts.js';
import { bar, type Child, el, empty, name, type Section } from './elements.js';
import { count, formatCount, plainWords } from './words.js';

/** How right the system was on cases whose answer is known. */
export function accuracySection({ evaluations, curves, report }: SessionPage): Section {
  const titleOf = (taskId: string | null): string | null =>
    report.scenarios.find((scenario) => scenario.taskId === taskId)?.name ?? null;
  const groups = groupCurves(curves);
  return {
    id: 'accuracy',
    title: 'Accuracy',
    count: evaluations.length,
    content:
      evaluations.length + groups.length === 0
        ? [empty('No scenario judged answers.')]
        : [
            el(
              'div',
              { class: 'grid' },
              evaluations.map((one) => evaluationCard(one, titleOf(one.taskId))),
            ),
            groups.length === 0 ? null : el('h3', {}, 'Learning curves'),
            el(
              'div',
              { class: 'charts' },
              groups.map((group) => curveChart(group)),
            ),
          ],
  };
}

function evaluationCard(
  { capability, cases, rates, confusion }: Evaluation,
  scenario: string | null,
): HTMLElement {
  return el(
    'article',
    { class: 'card' },
    el('h3', {}, name(capability)),
    el(
      'p',
      { class: 'muted' },
      `${count(cases, 'case')}`,
      scenario === null ? null : ' · ',
      scenario === null ? null : name(scenario),
    ),
    el(
      'div',
      { class: 'percentiles' },
      rates.map(({ name: rate, value, interval }) =>
        el(
          'div',
          { class: 'percentile' },
          el('span', { class: 'label' }, plainWords(rate)),
          el('span', { class: 'value' }, formatShare(value)),
          el(
            'span',
            { class: 'scale', 'aria-hidden': 'true' },
            interval === null ? null : bar('interval', interval.low, interval.high),
            bar('point', value, value),
          ),
          el(
            'span',
            { class: 'muted' },
            interval === null ? '' : `${formatShare(interval.low)} to ${formatShare(interval.high)}`,
          ),
        ),
      ),
    ),
    confusion === null ? null : confusionMatrix(confusion),
  );
}

function confusionMatrix(confusion: NonNullable<Evaluation['confusion']>): HTMLElement {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const cell = (value: number, className: string): Child =>
    el('td', { class: `number ${className}` }, formatCount(value));
  return el(
    'table',
    { class: 'confusion' },
    el('caption', {}, 'Confusion matrix'),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('td', {}),
        el('th', { scope: 'col' }, 'said yes'),
        el('th', { scope: 'col' }, 'said no'),
      ),
    ),
    el(
      'tbody',
      {},
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, 'is so'),
        cell(truePositives, 'right'),
        cell(falseNegatives, 'wrong'),
      ),
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, 'is not'),
        cell(falsePositives, 'wrong'),
        cell(trueNegatives, 'right'),
      ),
    ),
  );
}

/** The rates of one curve are drawn in one chart. */
function groupCurves(curves: readonly LearningCourse[]): readonly (readonly LearningCourse[])[] {
  const groups = new Map<string, LearningCourse[]>();
  for (const curve of curves) {
    const key = JSON.stringify([curve.taskId, curve.capability]);
    groups.set(key, [...(groups.get(key) ?? []), curve]);
  }
  return [...groups.values()];
}

const rateColours: Readonly<Record<string, Colour>> = {
  precision: '--second',
  recall: '--accent',
  f1: '--third',
};

function curveChart(curves: readonly LearningCourse[]): HTMLElement {
  const [first] = curves;
  const x = [...new Set(curves.flatMap(({ points }) => points.map(({ examples }) => examples)))].sort(
    (left, right) => left - right,
  );
  const recall = curves.find(({ rate }) => rate === 'recall') ?? first;
  const last = recall?.points.at(-1);
  const bounds = (side: 'low' | 'high') =>
    x.map(
      (examples) => recall?.points.find((point) => point.examples === examples)?.interval?.[side] ?? null,
    );
  return drawChart({
    title: first?.capability ?? '',
    summary: `${curves.map(({ rate }) => rate).join(', ')} on ${count(first?.cases ?? 0, 'held-out case')} after ${x.join(', ')} examples${last === undefined ? '' : `; ${recall?.rate} ${formatShare(last.value)} in the end`}.`,
    x,
    series: [
      ...curves.map(({ rate, points }) => ({
        label: rate,
        values: x.map((examples) => points.find((point) => point.examples === examples)?.value),
        colour: rateColours[rate] ?? '--accent',
      })),
      { label: `${recall?.rate}, 95 % interval`, values: bounds('low'), colour: '--muted', dash: [4, 4] },
      { label: 'its upper end', values: bounds('high'), colour: '--muted', dash: [4, 4] },
    ],
    formatX: (value) => (Number.isInteger(value) ? `${value} examples` : ''),
    formatY: (value) => `${(value * 100).toFixed(0)} %`,
    yMax: 1,
  });
}
