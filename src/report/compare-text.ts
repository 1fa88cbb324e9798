import type { ComparedSide, RunsComparison } from '../analysis/regression/compare-runs.js';
import { toPlainText } from './plain-text.js';
import { indent } from './terminal-layout.js';

const changesShown = 20;
const undecidedShown = 10;

/** A comparison of runs as text, the worst first. */
export function renderComparison(comparison: RunsComparison): string {
  const { before, after, changes, undecided, onlyAfter, environmentDifferences, metricsCompared } =
    comparison;
  const lines = [
    ...indent(`Before: ${describeSide(before)}`, 0),
    ...indent(`After:  ${describeSide(after)}`, 0),
    ...(environmentDifferences.length === 0
      ? []
      : indent(
          `Across environments: ${toPlainText(environmentDifferences.join(', '))}. A difference need not be the code's.`,
          0,
        )),
    '',
    ...indent(describeVerdict(comparison), 0),
    ...changes
      .slice(0, changesShown)
      .flatMap((change) =>
        indent(`${change.verdict}: ${toPlainText(`${change.statement}, in "${change.scenario}"`)}`, 2),
      ),
    ...more(changes.length - changesShown, 'change'),
    ...(undecided.length === 0 ? [] : ['', ...indent(titleOfUndecided(metricsCompared), 0)]),
    ...undecided
      .slice(0, undecidedShown)
      .flatMap(({ statement, scenario }) => indent(toPlainText(`${statement}, in "${scenario}"`), 2)),
    ...more(undecided.length - undecidedShown, 'metric'),
    ...(onlyAfter.length === 0
      ? []
      : ['', ...indent(`New, with nothing to compare: ${toPlainText(onlyAfter.join(', '))}`, 0)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The outcome in a sentence or two. */
export function describeVerdict({ verdict, changes, undecided, metricsCompared }: RunsComparison): string {
  const count = (wanted: string): number => changes.filter((change) => change.verdict === wanted).length;
  if (metricsCompared === 0) {
    const before = Math.max(0, ...undecided.map(({ beforeNeeded }) => beforeNeeded));
    const after = Math.max(0, ...undecided.map(({ afterNeeded }) => afterNeeded));
    const needed = [
      ...(before > 0 ? [`${before} more before`] : []),
      ...(after > 0 ? [`${after} more after`] : []),
    ];
    return undecided.length === 0
      ? 'Inconclusive: the runs have no metric in common.'
      : `Inconclusive: too few runs. ${needed.join(' and ')} and something can be said; what differs now may be chance.`;
  }
  const counts = `${metricsCompared} metrics compared: ${count('regressed')} worse, ${count('suspected')} suspected, ${count('improved')} better`;
  const open = undecided.length === 0 ? '' : `, ${undecided.length} not decided`;
  const advice =
    verdict === 'inconclusive' && count('suspected') > 0
      ? ' Suspected is what is worse by itself, while among so many metrics one like it is to be expected; more runs will tell.'
      : '';
  return `${verdictNames[verdict]}: ${counts}${open}.${advice}`;
}

const verdictNames: Readonly<Record<RunsComparison['verdict'], string>> = {
  regressed: 'Regressed',
  inconclusive: 'Inconclusive',
  improved: 'Improved',
  unchanged: 'No change found',
};

/** A side by its name, runs and commits. */
export function describeSide({ name, runs, commits }: ComparedSide): string {
  const [first, ...others] = commits;
  const commit =
    first === undefined
      ? ''
      : `, commit ${first.slice(0, 10)}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  return toPlainText(`${name} (${runs} ${runs === 1 ? 'run' : 'runs'}${commit})`);
}

function titleOfUndecided(metricsCompared: number): string {
  return metricsCompared === 0
    ? 'What the runs show, which decides nothing:'
    : 'Not decided, for lack of runs:';
}

function more(count: number, what: string): readonly string[] {
  return count > 0 ? [`  ... and ${count} more ${what}${count === 1 ? '' : 's'}; all with --json.`] : [];
}
