import { median } from '../analysis/statistics/median.js';
import type { AbReport, ScenarioComparison, SeriesComparison } from './ab-report.js';
import { compareOutcomes } from './compare-outcomes.js';
import type { InterleavedRuns } from './interleave-runs.js';
import { type JudgedSeries, pairsMin } from './judge-family.js';
import { spreadOf } from './noise.js';
import { type PairedSeries, pairSeries } from './pair-series.js';

/** Share of comparisons without a change in which any metric is called worse; measured by simulation in the tests. */
export const falseAlarmShareMax = 0.02;

export type ComparedVersions = Pick<
  AbReport,
  'base' | 'head' | 'seed' | 'pairsMax' | 'minEffect' | 'packages'
>;

/** What the runs of an experiment say, as data. */
export function describeComparison(runs: InterleavedRuns, versions: ComparedVersions): AbReport {
  const { compared, leftOut } = pairSeries(runs.pairs);
  const series = compared.map((one, index) => describeSeries(one, runs.family.series[index]));
  const scenarios = compareOutcomes(runs.warmUp === null ? runs.pairs : [runs.warmUp, ...runs.pairs]);
  const tested = series.filter(({ pairs, change }) => change !== null || pairs >= pairsMin);
  return {
    ...judge(runs, tested, scenarios),
    ...versions,
    pairs: runs.pairs.length,
    pairsDisturbed: runs.pairsDisturbed,
    stoppedEarly: runs.pairs.length < versions.pairsMax,
    noise: noiseOf(compared),
    falseAlarmShareMax,
    series: [...series].sort(worstFirst),
    scenarios: [...scenarios].sort((left, right) => scenarioRank(left) - scenarioRank(right)),
    leftOut,
  };
}

function describeSeries(
  { subject, traits, base, head }: PairedSeries,
  judged: JudgedSeries | undefined,
): SeriesComparison {
  const fromWorsening = (worsening: number | null): number | null => {
    if (worsening === null) return null;
    const change = traits.higherIsWorse ? worsening : -worsening;
    return traits.scale === 'ratio' ? Math.exp(change) : change;
  };
  const bounds = [judged?.interval?.low ?? null, judged?.interval?.high ?? null].map(fromWorsening);
  const [low = null, high = null] = traits.higherIsWorse ? bounds : [...bounds].reverse();
  return {
    ...subject,
    verdict: judged?.verdict ?? 'inconclusive',
    unit: traits.unit,
    pairs: judged?.pairs ?? 0,
    baseMedian: median(base.filter((value) => value !== null)),
    headMedian: median(head.filter((value) => value !== null)),
    scale: traits.scale,
    change: fromWorsening(judged?.worsening ?? null),
    changeLow: low,
    changeHigh: high,
    pFamily: judged?.pFamily ?? null,
  };
}

function judge(
  { headBroken, givenUp, pairs }: InterleavedRuns,
  tested: readonly SeriesComparison[],
  scenarios: readonly ScenarioComparison[],
): Pick<AbReport, 'verdict' | 'reason'> {
  if (headBroken !== null) {
    return { verdict: 'regressed', reason: `Head cannot be run and base can: ${headBroken}` };
  }
  const broken = scenarios.filter(({ verdict }) => verdict === 'broken');
  const count = (verdict: SeriesComparison['verdict']): number =>
    tested.filter((one) => one.verdict === verdict).length;
  const regressed = count('regressed');
  if (broken.length > 0 || regressed > 0) {
    const parts = [
      ...(broken.length > 0 ? [`${plural(broken.length, 'scenario')} fail in head and not in base`] : []),
      ...(regressed > 0 ? [`${plural(regressed, 'metric')} got worse`] : []),
    ];
    return { verdict: 'regressed', reason: `${parts.join(', and ')}.` };
  }
  if (givenUp !== null) return { verdict: 'inconclusive', reason: `No answer: ${givenUp}.` };
  if (tested.length === 0) {
    return {
      verdict: 'inconclusive',
      reason: `No answer: ${plural(pairs.length, 'pair')} are too few, or no scenario passed in both versions.`,
    };
  }
  const suspected = count('suspected');
  if (suspected > 0) {
    return {
      verdict: 'inconclusive',
      reason: `${plural(suspected, 'metric')} may have got worse; more pairs will tell.`,
    };
  }
  const open = count('inconclusive');
  if (open * 2 > tested.length) {
    return {
      verdict: 'inconclusive',
      reason: `Nothing is shown to be worse, but the runs differ too much to rule it out for ${open} of ${plural(tested.length, 'metric')}; more pairs, or a quieter machine, will tell.`,
    };
  }
  const aside = open === 0 ? '' : ` For ${open} the runs differ too much to rule it out.`;
  return { verdict: 'fine', reason: `None of ${plural(tested.length, 'metric')} got worse.${aside}` };
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function noiseOf(compared: readonly PairedSeries[]): number | null {
  const spreads = compared
    .filter(({ traits }) => traits.unit === 'ms')
    .map(({ base }) => spreadOf(base.filter((value) => value !== null && value > 0) as number[]))
    .filter((spread) => spread !== null);
  return spreads.length === 0 ? null : median(spreads);
}

const verdicts = ['regressed', 'suspected', 'improved', 'inconclusive', 'unchanged'];

function worstFirst(left: SeriesComparison, right: SeriesComparison): number {
  return verdicts.indexOf(left.verdict) - verdicts.indexOf(right.verdict) || sizeOf(right) - sizeOf(left);
}

/** Of ratios the logarithm; what is compared by its difference in shares of its level, so that both can be put in one order. */
function sizeOf({ change, scale, baseMedian }: SeriesComparison): number {
  if (change === null) return 0;
  return Math.abs(scale === 'ratio' ? Math.log(change) : change / (Math.abs(baseMedian) || 1));
}

function scenarioRank({ verdict }: ScenarioComparison): number {
  return ['broken', 'failing', 'mended', 'passing'].indexOf(verdict);
}
