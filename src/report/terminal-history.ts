import type { HistoryChange, HistoryComparison } from '../history.js';
import { toPlainText } from './plain-text.js';
import { type Colors, indent, omitted } from './terminal-layout.js';

const changesShown = 8;
const changePointsShown = 5;
const lossesShown = 5;

/** How the session compares with those before it, or with a baseline. */
export function renderHistory(history: HistoryComparison, colors: Colors): readonly string[] {
  const { changes, changePoints, ratchet } = history;
  const changeLines = changes
    .slice(0, changesShown)
    .flatMap(({ verdict, statement }) =>
      painted(verdict, statement, verdict === 'improved' ? colors.green : colors.yellow),
    );
  const pointLines = changePoints
    .slice(0, changePointsShown)
    .flatMap(({ direction, statement }) =>
      painted(direction, statement, direction === 'better' ? colors.green : colors.yellow),
    );
  const lossLines = ratchet
    .slice(0, lossesShown)
    .flatMap(({ statement }) => painted('lost', statement, colors.yellow));
  return [
    ...indent(`${describeBaseline(history)}${summarize(history)}${describeLeftOut(history)}`, 0),
    ...changeLines,
    ...omitted(changes.length - changesShown, 'change'),
    ...(pointLines.length === 0 ? [] : ['', 'Changes of level, the newest first:', ...pointLines]),
    ...omitted(changePoints.length - changePointsShown, 'change'),
    ...(lossLines.length === 0 ? [] : ['', 'Worse than over its best runs:', ...lossLines]),
    ...omitted(ratchet.length - lossesShown, 'metric'),
  ];
}

function summarize(history: HistoryComparison): string {
  const { changes, metricsCompared, comparableSessions, sessionsNeeded, baseline } = history;
  if (metricsCompared === 0) {
    const needed = `${sessionsNeeded} more ${sessionsNeeded === 1 ? 'run' : 'runs'} and it begins.`;
    return baseline?.isUsed === true
      ? `Not yet: ${needed}`
      : `Not yet: ${comparableSessions} earlier runs are comparable; ${needed}`;
  }
  const count = (verdict: HistoryChange['verdict']): number =>
    changes.filter((change) => change.verdict === verdict).length;
  return `${metricsCompared} metrics compared: ${count('regressed')} worse, ${count('suspected')} suspected, ${count('improved')} better.`;
}

function describeBaseline({ baseline }: HistoryComparison): string {
  if (baseline === null) return '';
  const { runs, commits, isUsed } = baseline;
  const [first, ...others] = commits.map((commit) => toPlainText(commit.slice(0, 10)));
  const commit =
    first === undefined ? '' : `, commit ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  const name = `baseline "${toPlainText(baseline.name)}" of ${runs} ${runs === 1 ? 'run' : 'runs'}${commit}`;
  return isUsed ? `Against ${name}. ` : `The ${name} has too few runs to be used, so the runs before are. `;
}

function describeLeftOut({ otherSessions }: HistoryComparison): string {
  return otherSessions === 0
    ? ''
    : ` ${otherSessions} earlier ${otherSessions === 1 ? 'run' : 'runs'} in another environment ${otherSessions === 1 ? 'is' : 'are'} not compared.`;
}

function painted(word: string, statement: string, paint: (text: string) => string): readonly string[] {
  const [first = '', ...rest] = indent(`${word}: ${toPlainText(statement)}`, 2);
  return [first.replace(word, paint(word)), ...rest];
}
