import { formatMetric, type HistoryChange, metricNames } from '../../../history.js';
import type { SessionReport } from '../../../model.js';
import { badge, type Child, el, empty, firstOnes, fold, name, type Section } from './elements.js';
import { count } from './words.js';

const shown = 10;

/** What got worse, before everything else that changed. */
export function worseSection({ history }: SessionReport): Section {
  const { changes, changePoints, ratchet } = history;
  const worse = changes.filter(({ verdict }) => verdict !== 'improved');
  const better = changes.filter(({ verdict }) => verdict === 'improved');
  const downward = changePoints.filter(({ direction }) => direction === 'worse');
  const nothing = worse.length + downward.length + ratchet.length === 0;
  return {
    id: 'worse',
    title: 'What got worse',
    count: worse.length + downward.length + ratchet.length,
    content: [
      el('p', { class: 'lead' }, summarize(history)),
      nothing && history.metricsCompared > 0 ? empty('Nothing got worse.') : null,
      ...firstOnes('worse-more', worse, shown, (rows) =>
        el('ul', { class: 'changes' }, rows.map(changeItem)),
      ),
      ...(downward.length === 0
        ? []
        : [
            el('h3', {}, 'Levels that changed for the worse'),
            el(
              'ul',
              { class: 'changes' },
              downward.map(({ statement }) => el('li', {}, badge('worse', 'bad'), el('p', {}, statement))),
            ),
          ]),
      ...(ratchet.length === 0
        ? []
        : [
            el('h3', {}, 'Worse than over the best runs'),
            el(
              'ul',
              { class: 'changes' },
              ratchet.map(({ statement }) => el('li', {}, badge('lost', 'warn'), el('p', {}, statement))),
            ),
          ]),
      better.length === 0
        ? null
        : fold('better', [`${count(better.length, 'metric')} got better`], () => [
            el('ul', { class: 'changes' }, better.map(changeItem)),
          ]),
    ],
  };
}

function changeItem(change: HistoryChange): HTMLElement {
  const { verdict, capability, method, metric, baselineMedian, freshMedian, scenario, file } = change;
  const tone = verdict === 'regressed' ? 'bad' : verdict === 'improved' ? 'good' : 'warn';
  return el(
    'li',
    {},
    badge(verdict, tone),
    el(
      'p',
      { class: 'change-title' },
      name(`${capability}.${method}`),
      ` ${metricNames[metric]}: `,
      el('strong', {}, `${formatMetric(metric, baselineMedian)} to ${formatMetric(metric, freshMedian)}`),
      sizeOf(change),
    ),
    el('p', { class: 'muted' }, change.statement),
    el('p', { class: 'muted' }, name(scenario), ' in ', name(file, 'path')),
  );
}

function sizeOf({ ratio, ratioLow, ratioHigh }: HistoryChange): Child {
  if (ratio === null || ratioLow === null || ratioHigh === null) return null;
  return el(
    'span',
    { class: 'size' },
    ` ${percentOf(ratio)} (95 % interval ${percentOf(ratioLow)} to ${percentOf(ratioHigh)})`,
  );
}

function percentOf(ratio: number): string {
  const percent = (ratio - 1) * 100;
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(Math.abs(percent) < 10 ? 1 : 0)} %`;
}

/** The words of the other forms of the report. */
export function summarize(history: SessionReport['history']): string {
  const { changes, metricsCompared, comparableSessions, otherSessions, sessionsNeeded, baseline } = history;
  const against =
    baseline === null
      ? ''
      : baseline.isUsed
        ? `Against baseline "${baseline.name}" of ${count(baseline.runs, 'run')}. `
        : `The baseline "${baseline.name}" has too few runs to be used, so the runs before are. `;
  const elsewhere =
    otherSessions === 0
      ? ''
      : ` ${count(otherSessions, 'earlier run')} in another environment ${otherSessions === 1 ? 'is' : 'are'} not compared.`;
  if (metricsCompared === 0) {
    const needed = `${count(sessionsNeeded, 'more run')} and it begins.`;
    return baseline?.isUsed === true
      ? `${against}Not yet: ${needed}${elsewhere}`
      : `${against}Not yet: ${comparableSessions} earlier runs are comparable; ${needed}${elsewhere}`;
  }
  const of = (verdict: HistoryChange['verdict']): number =>
    changes.filter((change) => change.verdict === verdict).length;
  return `${against}${metricsCompared} metrics compared: ${of('regressed')} worse, ${of('suspected')} suspected, ${of('improved')} better.${elsewhere}`;
}
