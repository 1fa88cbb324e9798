import type { Range } from '../figures.js';
import { formatMetric, type HistoryChange, metricNames } from '../history.js';
import type { CapabilitySummary, Issue, LatencyEstimate, Scenario, SessionReport } from '../model.js';
import { formatDuration, formatShare } from '../units.js';
import { escapeMarkdown, markdownCode, markdownFold, markdownTable } from './markdown-text.js';
import { describePassed } from './passed-scenarios.js';
import { locateScenario, repeatCommand } from './reproduce.js';
import { describeMeasured } from './terminal-tables.js';

/** What is above the fold fits one screen; the rest is to be unfolded. */
const moversMax = 6;
const moverMinRatio = 0.1;
const issuesMax = 5;
const suggestionsMax = 3;
const rowsMax = 100;
const proseColumnsMax = 300;

const severitiesAboveFold: ReadonlySet<string> = new Set(['critical', 'high']);

/** The report of a session for the summary of a job or a comment on a pull request: what matters first, the rest folded. */
export function renderMarkdown(report: SessionReport): string {
  const { history, issues, suggestions, scenarios, capabilities, metrics } = report;
  const movers = history.changes.filter(isMover).slice(0, moversMax);
  const otherMoves = history.changes.filter((change) => !movers.includes(change));
  const pressing = issues.filter(({ severity }) => severitiesAboveFold.has(severity)).slice(0, issuesMax);
  const otherIssues = issues.filter((issue) => !pressing.includes(issue));
  const broken = scenarios.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped');
  const measured = describeMeasured(metrics);
  const blocks = [
    `### ${headline(report)}`,
    describeTotals(report),
    ...broken.map(describeBroken),
    ...(movers.length === 0 ? [] : [`**Moved against earlier runs**\n\n${changeTable(movers)}`]),
    ...(pressing.length === 0 ? [] : [pressing.map((issue) => describeIssue(issue, scenarios)).join('\n')]),
    ...(suggestions.length === 0
      ? []
      : [`**First**\n\n${suggestions.slice(0, suggestionsMax).map(describeSuggestion).join('\n')}`]),
    ...fold(otherMoves, 'smaller move', 'smaller moves', changeTable),
    ...fold(otherIssues, 'further issue', 'further issues', (rows) =>
      rows.map((issue) => describeIssue(issue, scenarios)).join('\n'),
    ),
    ...fold(capabilities, 'capability', 'capabilities', capabilityTable),
    ...fold(scenarios, 'scenario', 'scenarios', scenarioTable),
    ...(measured.length === 0
      ? []
      : [
          markdownFold(
            'Measured by scenarios',
            measured.map((line) => `- ${escapeMarkdown(line)}`).join('\n'),
          ),
        ]),
    describeOrigin(report),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** What is worse for certain is shown however small it is. */
function isMover({ verdict, ratio }: HistoryChange): boolean {
  return verdict === 'regressed' || ratio === null || Math.abs(ratio - 1) >= moverMinRatio;
}

function headline({ score, gate, history, session }: SessionReport): string {
  const worse = history.changes.filter(({ verdict }) => verdict === 'regressed').length;
  const parts = [
    score === null ? 'No score: nothing was measured' : `Score ${score.total.toFixed(1)} of 100`,
    ...(gate === null ? [] : [`gate ${gate.verdict}`]),
    ...(worse === 0 ? [] : [`${worse} ${worse === 1 ? 'metric' : 'metrics'} got worse`]),
    ...(session.status === 'completed' ? [] : [`session ${session.status}`]),
  ];
  return parts.join(', ');
}

function describeTotals({ totals, scenarios, capabilities, session }: SessionReport): string {
  const { passed, skipped } = describePassed(scenarios);
  const underFault =
    totals.errorsUnderFault === 0 ? '' : ` and ${totals.errorsUnderFault} under injected faults`;
  const parts = [
    `${passed} scenarios passed`,
    ...(skipped === '' ? [] : [skipped]),
    `${totals.activities} activities of ${capabilities.length} capabilities`,
    `${totals.errors} errors${underFault}`,
    `success ${totals.successRate === null ? 'not known' : formatShare(totals.successRate)}`,
    `mean ${totals.meanMs === null ? 'not known' : formatDuration(totals.meanMs)}`,
    ...(session.endedAtMs === null ? [] : [`in ${formatDuration(session.endedAtMs - session.startedAtMs)}`]),
  ];
  return `${parts.join(', ')}.`;
}

function describeBroken(scenario: Scenario): string {
  const error =
    scenario.errorMessage === null ? '' : `: ${escapeMarkdown(scenario.errorMessage, proseColumnsMax)}`;
  return `**${scenario.outcome}** ${escapeMarkdown(locateScenario(scenario))}${error}  \nAgain: ${markdownCode(repeatCommand(scenario))}`;
}

function describeIssue(
  { severity, capability, description, suggestedFix, taskId }: Issue,
  scenarios: readonly Scenario[],
): string {
  const scenario = scenarios.find((one) => one.taskId === taskId);
  const fix = suggestedFix === null ? '' : ` Fix: ${escapeMarkdown(suggestedFix, proseColumnsMax)}`;
  const place = scenario === undefined ? '' : ` (${escapeMarkdown(locateScenario(scenario))})`;
  return `- **${severity}** ${markdownCode(capability)}: ${escapeMarkdown(description, proseColumnsMax)}${fix}${place}`;
}

function describeSuggestion({
  priority,
  suggestion,
  estimatedImpact,
}: SessionReport['suggestions'][number]): string {
  const sentence = escapeMarkdown(suggestion.replace(/\.$/, ''), proseColumnsMax);
  return `1. **${priority}** ${sentence}. ${escapeMarkdown(estimatedImpact, proseColumnsMax)}.`;
}

function fold<Row>(
  rows: readonly Row[],
  one: string,
  many: string,
  render: (rows: readonly Row[]) => string,
): readonly string[] {
  if (rows.length === 0) return [];
  const left = rows.length > rowsMax ? `\n\n${rows.length - rowsMax} more are in the database.` : '';
  return [
    markdownFold(
      `${rows.length} ${rows.length === 1 ? one : many}`,
      `${render(rows.slice(0, rowsMax))}${left}`,
    ),
  ];
}

function changeTable(changes: readonly HistoryChange[]): string {
  const rows = changes.map((change) => [
    change.verdict,
    `${markdownCode(`${change.capability}.${change.method}`)} in ${escapeMarkdown(change.scenario)}`,
    metricNames[change.metric],
    formatMetric(change.metric, change.baselineMedian),
    formatMetric(change.metric, change.freshMedian),
    describeRatio(change),
    change.p.toPrecision(2),
    change.sinceCommit === null ? '' : markdownCode(change.sinceCommit.slice(0, 10)),
  ]);
  return markdownTable(['', 'method', 'metric', 'before', 'now', 'times (95 %)', 'p', 'since'], rows);
}

function describeRatio({ ratio, ratioLow, ratioHigh }: HistoryChange): string {
  if (ratio === null) return '-';
  const interval =
    ratioLow === null || ratioHigh === null ? '' : ` (${ratioLow.toFixed(2)} to ${ratioHigh.toFixed(2)})`;
  return `${ratio.toFixed(2)}${interval}`;
}

function capabilityTable(capabilities: readonly CapabilitySummary[]): string {
  const rows = capabilities.map(
    ({ capability, calls, successRate, successInterval, meanMs, p95, cpuTimePerCallMs }) => [
      markdownCode(capability),
      String(calls),
      `${successRate === null ? '-' : formatShare(successRate)}${describeShares(successInterval)}`,
      formatDuration(meanMs),
      `${formatDuration(p95.valueMs)} (${describePercentile(p95)})`,
      formatDuration(cpuTimePerCallMs),
    ],
  );
  return markdownTable(['capability', 'calls', 'success (95 %)', 'mean', 'p95 (95 %)', 'CPU a call'], rows);
}

function describeShares(interval: Range | null): string {
  return interval === null ? '' : ` (${formatShare(interval.low)} to ${formatShare(interval.high)})`;
}

function describePercentile(estimate: LatencyEstimate): string {
  return 'lowMs' in estimate
    ? `${formatDuration(estimate.lowMs)} to ${formatDuration(estimate.highMs)}`
    : `n too small, ${estimate.countNeeded} needed`;
}

function scenarioTable(scenarios: readonly Scenario[]): string {
  const rows = scenarios.map((scenario) => [
    scenario.outcome,
    scenario.kind,
    escapeMarkdown(locateScenario(scenario)),
    scenario.durationMs === null ? '-' : formatDuration(scenario.durationMs),
  ]);
  return markdownTable(['', 'kind', 'scenario', 'time'], rows);
}

function describeOrigin({ session }: SessionReport): string {
  const { sessionId, seed, environment } = session;
  const commit =
    environment.commit === null ? '' : `, commit ${markdownCode(environment.commit.slice(0, 10))}`;
  return `<sub>Session ${markdownCode(sessionId)}, seed ${seed}${commit}, Node ${escapeMarkdown(environment.node)}, Vitest ${escapeMarkdown(environment.vitest)}, ${environment.cpuCount} cores</sub>`;
}
