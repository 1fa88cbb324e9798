import { formatMetric, type HistorySeries, metricNames } from '../../../history.js';
import type { SessionPage } from '../../../session-page.js';
import { drawChart, type Mark } from './charts.js';
import { el, empty, firstOnes, type Section } from './elements.js';
import { count } from './words.js';
import { summarize } from './worse.js';

const shown = 6;

/** The metrics of the sessions up to this one, with the places where a level changed for good. */
export function historySection({ history: series, report }: SessionPage): Section {
  return {
    id: 'history',
    title: 'History',
    count: series.length,
    content:
      series.length === 0
        ? [empty(`No earlier session can be drawn. ${summarize(report.history)}`)]
        : firstOnes('history-more', series, shown, (rows) =>
            el(
              'div',
              { class: 'charts' },
              rows.map((one) => seriesChart(one, report.history.changePoints)),
            ),
          ),
  };
}

function seriesChart(
  one: HistorySeries,
  changePoints: SessionPage['report']['history']['changePoints'],
): HTMLElement {
  const { capability, method, metric, points, scenario, file } = one;
  const marks = changePoints
    .filter(
      (change) =>
        change.capability === capability &&
        change.method === method &&
        change.metric === metric &&
        change.scenario === scenario &&
        change.file === file,
    )
    .map(
      ({ runsAgo, direction, sinceCommit }): Mark => ({
        x: points.length - 1 - runsAgo,
        label: `${direction}${sinceCommit === null ? '' : ` ${sinceCommit.slice(0, 10)}`}`,
        colour: direction === 'worse' ? '--bad' : '--good',
      }),
    );
  const last = points.at(-1);
  return drawChart({
    title: `${capability}.${method}: ${metricNames[metric]}`,
    summary: `${count(points.length, 'session')} of "${scenario}", ${last === undefined ? 'none' : formatMetric(metric, last.value)} in the last. ${marks.length === 0 ? 'No change of level.' : marks.map(({ label }) => label).join(', ')}.`,
    x: points.map((_, index) => index),
    series: [{ label: metricNames[metric], values: points.map(({ value }) => value), colour: '--accent' }],
    marks,
    formatX: (value) => {
      const ago = points.length - 1 - value;
      return Number.isInteger(value) ? (ago === 0 ? 'this run' : `${ago} ago`) : '';
    },
    formatY: (value) => formatMetric(metric, value),
    yAxis: metric === 'memory_growth' ? 'bytes' : 'numbers',
    note: `Scenario: ${scenario}`,
    height: 150,
  });
}
