import type { CalibrationReport, ComparisonDesign, SeriesNoise } from '../experiment/calibration-report.js';
import { formatShare } from '../units.js';
import { formatValue, nameMetric } from './describe-comparison-series.js';
import { padColumns, toPlainText, truncate } from './plain-text.js';
import { indent } from './terminal-layout.js';

const seriesShown = 12;

/** What this machine's noise means for verdicts, for a terminal: lines of at most 80 columns. */
export function renderCalibration(report: CalibrationReport): string {
  const { noise, falseAlarms, smallestChanges, series, runsDisturbed } = report;
  const lines = [
    ...indent(`${report.verdict.toUpperCase()}: ${toPlainText(report.reason)}`, 0),
    ...(runsDisturbed > 0 ? [`${runsDisturbed} runs were disturbed and do not count.`] : []),
    `Seed: ${report.seed}`,
    '',
    ...(noise === null ? [] : [`Noise between runs: times differ by ${formatShare(noise)} in the middle.`]),
    ...(falseAlarms === null ? [] : indent(describeAlarms(falseAlarms), 0)),
    ...(smallestChanges.length === 0
      ? []
      : [
          '',
          `Smallest slowdown of one method that is caught in ${formatShare(report.power)} of comparisons:`,
        ]),
    ...smallestChanges.flatMap(({ slowdown, capability, method, place, ...design }) =>
      indent(
        `${describeDesign(design)}: ${slowdown === null ? 'none up to four times' : `+${formatShare(slowdown)}`} in ${toPlainText(`${capability}.${method}`)} (${place})`,
        2,
      ),
    ),
    ...(series.length === 0 ? [] : ['', 'Noise of each metric, the noisiest first:']),
    ...series.slice(0, seriesShown).map(describeNoise),
    ...(series.length > seriesShown
      ? [`  ... and ${series.length - seriesShown} more (--json has all).`]
      : []),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function describeAlarms(alarms: NonNullable<CalibrationReport['falseAlarms']>): string {
  const { share, interval, histories, baselineRuns, freshRuns } = alarms;
  return `False alarms at the current settings: ${formatShare(share)} of sessions (95 % interval ${formatShare(interval.low)} to ${formatShare(interval.high)}, ${histories} simulated histories of ${baselineRuns} against ${freshRuns} runs).`;
}

function describeDesign({ way, baselineRuns, freshRuns }: ComparisonDesign): string {
  return way === 'pairs'
    ? `${baselineRuns} pairs in turns`
    : `${freshRuns} fresh runs against ${baselineRuns}`;
}

function describeNoise({ capability, method, metric, unit, median, spread, variation }: SeriesNoise): string {
  const name = truncate(toPlainText(`${capability}.${method}`), 30);
  const noise = spread ?? variation;
  return `  ${padColumns(name, 31)}${nameMetric(metric).padEnd(25)}${formatValue(median, unit).padStart(9)}${(noise === null ? '-' : formatShare(noise)).padStart(9)}`;
}
