import type { RunsComparison, UndecidedMetric } from '../analysis/regression/compare-runs.js';
import { formatMetric, type HistoryChange, metricNames } from '../history.js';
import { describeSide, describeVerdict } from './compare-text.js';
import { escapeMarkdown, markdownFold, markdownTable } from './markdown-text.js';

/** Rows above the fold; what is smaller than the cut-off is below it in any case. */
const moversMax = 8;
const moverMinRatio = 0.1;
const restMax = 100;
const nameColumnsMax = 60;

/** A comparison of runs as a comment of one screen: the top movers, and the rest to be unfolded. */
export function renderComparisonMarkdown(comparison: RunsComparison): string {
  const { before, after, changes, undecided, onlyAfter, environmentDifferences } = comparison;
  const movers = changes.filter(isMover).slice(0, moversMax);
  const rest = changes.filter((change) => !movers.includes(change));
  const blocks = [
    `**${escapeMarkdown(describeVerdict(comparison))}**`,
    `${escapeMarkdown(describeSide(before))} → ${escapeMarkdown(describeSide(after))}`,
    ...(environmentDifferences.length === 0
      ? []
      : [`Across environments: ${escapeMarkdown(environmentDifferences.join(', '))}.`]),
    ...(movers.length === 0 ? [] : [changeTable(movers)]),
    ...fold(
      `${rest.length} smaller or further ${rest.length === 1 ? 'change' : 'changes'}`,
      rest,
      changeTable,
    ),
    ...fold(`${undecided.length} not decided, for lack of runs`, undecided, undecidedTable),
    ...(onlyAfter.length === 0
      ? []
      : [
          `New: ${onlyAfter
            .slice(0, moversMax)
            .map((name) => escapeMarkdown(name))
            .join(', ')}`,
        ]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** What is worse for certain is shown however small it is. */
function isMover({ verdict, ratio }: HistoryChange): boolean {
  return verdict === 'regressed' || ratio === null || Math.abs(ratio - 1) >= moverMinRatio;
}

function fold<Row>(
  title: string,
  rows: readonly Row[],
  render: (rows: readonly Row[]) => string,
): readonly string[] {
  if (rows.length === 0) return [];
  const left = rows.length > restMax ? `\n\n${rows.length - restMax} more are in the JSON.` : '';
  return [markdownFold(title, `${render(rows.slice(0, restMax))}${left}`)];
}

function changeTable(changes: readonly HistoryChange[]): string {
  const rows = changes.map((change) => [
    change.verdict,
    nameOf(change),
    metricNames[change.metric],
    formatMetric(change.metric, change.baselineMedian),
    formatMetric(change.metric, change.freshMedian),
    describeRatio(change),
    change.p.toPrecision(2),
  ]);
  return markdownTable(['', 'method', 'metric', 'before', 'after', 'times (95 %)', 'p'], rows);
}

function undecidedTable(undecided: readonly UndecidedMetric[]): string {
  const rows = undecided.map((one) => [
    nameOf(one),
    metricNames[one.metric],
    one.before === null ? '-' : formatMetric(one.metric, one.before),
    one.after === null ? '-' : formatMetric(one.metric, one.after),
    one.ratio === null ? '-' : one.ratio.toFixed(2),
    `${one.beforeRuns} / ${one.afterRuns}`,
    `${one.beforeNeeded} / ${one.afterNeeded}`,
  ]);
  return markdownTable(['method', 'metric', 'before', 'after', 'times', 'runs', 'needed'], rows);
}

function nameOf({ capability, method, scenario }: Pick<HistoryChange, 'capability' | 'method' | 'scenario'>) {
  return `${escapeMarkdown(`${capability}.${method}`, nameColumnsMax)} in ${escapeMarkdown(scenario, nameColumnsMax)}`;
}

function describeRatio({ ratio, ratioLow, ratioHigh }: HistoryChange): string {
  if (ratio === null) return '-';
  const interval =
    ratioLow === null || ratioHigh === null ? '' : ` (${ratioLow.toFixed(2)} to ${ratioHigh.toFixed(2)})`;
  return `${ratio.toFixed(2)}${interval}`;
}
