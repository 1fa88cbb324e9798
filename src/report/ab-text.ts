import type { AbReport, ScenarioComparison, SeriesComparison } from '../experiment/ab-report.js';
import { formatShare } from '../units.js';
import { formatChance, formatChange, formatValue, nameMetric } from './describe-comparison-series.js';
import { toPlainText } from './plain-text.js';
import { indent } from './terminal-layout.js';

/** Series without a change that are listed; the JSON has all of them. */
const quietShown = 8;

/** The comparison with a commit, for a terminal: lines of at most 80 columns. */
export function renderAbText(report: AbReport): string {
  const { series, scenarios, leftOut } = report;
  const isChange = ({ verdict }: SeriesComparison): boolean =>
    verdict === 'regressed' || verdict === 'suspected' || verdict === 'improved';
  const changed = series.filter(isChange);
  const quiet = series.filter((one) => !isChange(one));
  const ended = scenarios.filter(({ verdict }) => verdict !== 'passing');
  const lines = [
    `${report.verdict.toUpperCase()}: ${describeVersions(report)}`,
    ...indent(toPlainText(report.reason), 2),
    '',
    ...changed.flatMap((one) => describeSeries(one)),
    ...ended.flatMap(describeScenario),
    ...(quiet.length === 0 ? [] : [`No change shown in ${count(quiet.length, 'metric')}:`]),
    ...quiet.slice(0, quietShown).flatMap(describeQuiet),
    ...(quiet.length > quietShown ? [`  ... and ${quiet.length - quietShown} more (--json has all).`] : []),
    ...(leftOut.length === 0 ? [] : indent(describeLeftOut(report), 0)),
    ...(series.length + ended.length + leftOut.length === 0 ? [] : ['']),
    ...describeMethod(report).flatMap((sentence) => indent(sentence, 0)),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function describeVersions({ base, head }: AbReport): string {
  const dirty = head.dirty ? ' with uncommitted changes' : '';
  return `${head.commit.slice(0, 10)}${dirty} against ${base.commit.slice(0, 10)}`;
}

function describeSeries(series: SeriesComparison): readonly string[] {
  const { verdict, unit, baseMedian, headMedian, pairs, pFamily } = series;
  const values = `${formatValue(baseMedian, unit)} -> ${formatValue(headMedian, unit)}`;
  const chance = pFamily === null ? '' : `, p ${formatChance(pFamily)}`;
  return [
    ...indent(`${verdict}: ${nameSeries(series)}`, 2),
    ...indent(`${values}, ${formatChange(series)}, ${pairs} pairs${chance}`, 4),
    ...indent(`in ${toPlainText(series.scenario)} (${toPlainText(series.file)})`, 4),
  ];
}

function describeQuiet(series: SeriesComparison): readonly string[] {
  const mark = series.verdict === 'inconclusive' ? '  (not ruled out)' : '';
  return indent(`${nameSeries(series)}: ${formatChange(series)}${mark}`, 2);
}

function nameSeries({ capability, method, metric }: SeriesComparison): string {
  return `${toPlainText(capability)}.${toPlainText(method)}: ${nameMetric(toPlainText(metric))}`;
}

function describeScenario(one: ScenarioComparison): readonly string[] {
  const counts = `fails in ${one.headFailures} of ${one.headRuns} runs of head, ${one.baseFailures} of ${one.baseRuns} of base`;
  return [
    ...indent(`${one.verdict}: ${toPlainText(one.scenario)} (${toPlainText(one.file)})`, 2),
    ...indent(counts, 4),
    ...(one.error === null ? [] : indent(toPlainText(one.error), 4)),
  ];
}

export function describeLeftOut({ leftOut }: AbReport): string {
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))].map(
    (reason) => `${leftOut.filter((one) => one.reason === reason).length} ${reason}`,
  );
  return `Left out: ${reasons.join(', ')}.`;
}

/** How the answer was reached and how far it can be trusted. */
export function describeMethod(report: AbReport): readonly string[] {
  const { base, pairs, pairsMax, seed, noise, minEffect } = report;
  const disturbed = report.pairsDisturbed === 0 ? '' : `, ${report.pairsDisturbed} thrown away`;
  return [
    `Base: ${toPlainText(base.ref)} (${base.commit}). Head: the working tree on ${report.head.commit}${report.head.dirty ? ', with uncommitted changes' : ''}.`,
    `${pairs} of at most ${pairsMax} pairs of runs${disturbed}, seed ${seed}. ${toPlainText(report.packages)}`,
    ...(noise === null
      ? []
      : [`Noise of this machine: times differ by ${formatShare(noise)} between runs of base.`]),
    `Times that change by less than ${formatShare(minEffect)} are not called changed. Without a change, at most ${formatShare(report.falseAlarmShareMax)} of such comparisons call any metric worse. Intervals are of 95 %.`,
  ];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
