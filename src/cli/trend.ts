import { formatMetric, type HistoryFacts, type HistorySeries, metricNames } from '../history.js';
import { padColumns, toPlainText, truncate } from '../report/plain-text.js';
import { sparkline } from '../report/sparkline.js';
import { type Command, databaseOption, type Given, jsonOption } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { findSession, noSessionYet } from './find-session.js';
import { readingFrom, type Surroundings } from './surroundings.js';

const runsShown = 20;

/** Shows the metrics of the runs up to a session that can be compared with it. */
export const trendCommand: Command = {
  words: 'sessions',
  options: [
    databaseOption,
    { flags: '--file <path>', summary: 'Only of scenarios in this file' },
    { flags: '--scenario <name>', summary: 'Only of the scenario of this name' },
    { flags: '--capability <name>', summary: 'Only of this capability' },
    jsonOption,
  ],
  examples: ['trend', 'trend latest --capability code_search --json'],
  run: showTrend,
};

function showTrend(given: Given, surroundings: Surroundings): ExitCode {
  const [named = 'latest'] = given.words;
  const history = readingFrom(given.text('db'), surroundings, (store) => {
    const id = findSession(store, named);
    return id === null ? null : store.readHistory(id);
  });
  if (history === null) {
    surroundings.complain(noSessionYet('no trend'));
    return exitCodes.inconclusive;
  }
  const chosen = choose(history, given);
  surroundings.print(given.has('json') ? `${JSON.stringify(chosen)}\n` : renderTrend(chosen));
  return exitCodes.fine;
}

function choose(history: HistoryFacts, given: Given): HistoryFacts {
  const wanted = {
    file: given.text('file'),
    scenario: given.text('scenario'),
    capability: given.text('capability'),
  };
  const isChosen = (series: HistorySeries): boolean =>
    Object.entries(wanted).every(
      ([name, value]) => value === undefined || series[name as keyof typeof wanted] === value,
    );
  const baseline = history.baseline ?? null;
  return {
    ...history,
    series: history.series.filter(isChosen),
    baseline: baseline === null ? null : { ...baseline, series: baseline.series.filter(isChosen) },
  };
}

function renderTrend({ series, comparableSessions }: HistoryFacts): string {
  if (series.length === 0) return 'No comparable run has such a metric.\n';
  const lines = series.map(({ capability, method, metric, points }) => {
    const values = points.slice(-runsShown).map(({ value }) => value);
    const name = truncate(toPlainText(`${capability}.${method}`), 28);
    const last = formatMetric(metric, values.at(-1) ?? 0);
    return `${padColumns(name, 29)}${metricNames[metric].padEnd(25)}${last.padStart(8)} ${sparkline(values)}`;
  });
  return `${comparableSessions} comparable earlier runs, the newest last:\n${lines.map((line) => `${line}\n`).join('')}`;
}
