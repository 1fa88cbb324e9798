import type { AbReport, ScenarioComparison, SeriesComparison } from '../experiment/ab-report.js';
import { describeLeftOut, describeMethod } from './ab-text.js';
import { formatChance, formatChange, formatValue, nameMetric } from './describe-comparison-series.js';
import { escapeMarkdown, markdownCode, markdownFold, markdownTable } from './markdown-text.js';

/** Changes above the fold; the rest is in the details. */
const moversShown = 10;
/** A comment on a pull request has to stay below 65,536 characters. */
const rowsShown = 150;
const errorColumnsMax = 300;

const headlines: Readonly<Record<AbReport['verdict'], string>> = {
  regressed: 'Got worse',
  fine: 'No regression',
  inconclusive: 'No answer',
};

/** The comparison with a commit, as a comment for a pull request. */
export function renderAbMarkdown(report: AbReport): string {
  const { series, scenarios } = report;
  const movers = series.filter(({ verdict }) => verdict === 'regressed' || verdict === 'suspected');
  const better = series.filter(({ verdict }) => verdict === 'improved');
  const shown = [...movers, ...better].slice(0, moversShown);
  const rest = series.filter((one) => !shown.includes(one));
  const ended = scenarios.filter(({ verdict }) => verdict !== 'passing');
  const blocks = [
    `### ${headlines[report.verdict]}: ${markdownCode(shorten(report.head.commit))}${report.head.dirty ? ' with uncommitted changes' : ''} against ${markdownCode(shorten(report.base.commit))}`,
    escapeMarkdown(report.reason),
    ...(ended.length === 0 ? [] : [ended.slice(0, moversShown).map(describeScenario).join('\n')]),
    ...(shown.length === 0 ? [] : [tableOf(shown)]),
    ...(rest.length === 0 ? [] : [markdownFold(`${rest.length} other metrics`, listRest(rest))]),
    markdownFold('How this was measured', listMethod(report)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function tableOf(series: readonly SeriesComparison[]): string {
  const rows = series.map((one) => {
    const values = `${formatValue(one.baseMedian, one.unit)} → ${formatValue(one.headMedian, one.unit)}`;
    const cells = [
      one.verdict,
      `${markdownCode(one.capability)}.${markdownCode(one.method)}`,
      escapeMarkdown(nameMetric(one.metric)),
      values,
      formatChange(one),
      one.pFamily === null ? '' : formatChance(one.pFamily),
      escapeMarkdown(one.scenario),
    ];
    return cells;
  });
  return markdownTable(['', 'method', 'metric', 'base → head', 'change (95 %)', 'p', 'scenario'], rows);
}

function listRest(rest: readonly SeriesComparison[]): string {
  const left = rest.length - rowsShown;
  const table = tableOf(rest.slice(0, rowsShown));
  return left > 0 ? `${table}\n\n${left} more are in the JSON.` : table;
}

function listMethod(report: AbReport): string {
  const sentences = report.leftOut.length === 0 ? [] : [describeLeftOut(report)];
  return [...sentences, ...describeMethod(report)]
    .map((sentence) => `- ${escapeMarkdown(sentence)}`)
    .join('\n');
}

function describeScenario(one: ScenarioComparison): string {
  const error = one.error === null ? '' : `: ${escapeMarkdown(one.error, errorColumnsMax)}`;
  return `- **${one.verdict}** ${escapeMarkdown(one.scenario)} (${escapeMarkdown(one.file)}) fails in ${one.headFailures} of ${one.headRuns} runs of head, ${one.baseFailures} of ${one.baseRuns} of base${error}`;
}

function shorten(commit: string): string {
  return commit.slice(0, 10);
}
