import picocolors from 'picocolors';
import type { Issue, Scenario, Score, SessionReport, Severity, Suggestion } from '../model.js';
import { formatDuration, formatShare, msPerMinute } from '../units.js';
import { padColumns, toPlainText, truncate } from './plain-text.js';
import { locateScenario, repeatCommand } from './reproduce.js';
import { renderGate } from './terminal-gate.js';
import { renderHistory } from './terminal-history.js';
import { type Colors, center, field, heading, indent, omitted, reportWidth } from './terminal-layout.js';
import { renderFigures, renderMeasured } from './terminal-tables.js';

/** Issues and suggestions that a person reads. */
const entriesShown = 10;

/** How a report is to look in a terminal. */
export interface TerminalOptions {
  readonly colors: boolean;
  /** False where the terminal shows ASCII only. @default true */
  readonly unicode?: boolean;
  /** Every issue, suggestion, capability and method instead of the first ones. @default false */
  readonly verbose?: boolean;
}

/** The improvement report as text, 80 columns wide. */
export function renderTerminal(report: SessionReport, options: TerminalOptions): string {
  const { unicode = true, verbose = false } = options;
  const shown = verbose ? Number.POSITIVE_INFINITY : entriesShown;
  const colors = picocolors.createColors(options.colors);
  const lines = [
    '='.repeat(reportWidth),
    colors.bold(center('REAL-WORLD TESTING - IMPROVEMENT REPORT').trimEnd()),
    '='.repeat(reportWidth),
    '',
    ...renderHeader(report),
    '',
    heading('SUMMARY', colors),
    ...renderSummary(report, colors),
    '',
    ...renderSection('GATE', report.gate === null ? [] : renderGate(report.gate, colors), colors),
    heading('WHAT WORKED WELL', colors),
    ...renderStatements(report.workedWell, colors.green, 'Nothing stood out.'),
    '',
    heading('WHAT WORKED POORLY', colors),
    ...renderStatements(report.workedPoorly, colors.yellow, 'Nothing: no slow or unreliable capability.'),
    '',
    heading('COMPARED WITH EARLIER RUNS', colors),
    ...renderHistory(report.history, colors),
    '',
    heading('TOP ISSUES DISCOVERED', colors),
    ...renderIssues(report.issues, report.scenarios, colors, shown),
    '',
    heading('ACTIONABLE IMPROVEMENTS', colors),
    ...renderSuggestions(report.suggestions, colors, shown),
    '',
    ...renderSection(
      'FIGURES',
      renderFigures(report.kinds, report.capabilities, { unicode, verbose }),
      colors,
    ),
    ...renderSection('MEASURED BY SCENARIOS', renderMeasured(report.metrics), colors),
    heading('END OF REPORT', colors),
  ];
  return `${lines.join('\n')}\n`;
}

/** A section that is left out when there is nothing in it. */
function renderSection(title: string, lines: readonly string[], colors: Colors): readonly string[] {
  return lines.length === 0 ? [] : [heading(title, colors), ...lines, ''];
}

function renderHeader({ session }: SessionReport): readonly string[] {
  const elapsedMs = (session.endedAtMs ?? Date.now()) - session.startedAtMs;
  const reason = session.stopReason === null ? '' : ` (${toPlainText(session.stopReason)})`;
  return [
    ...field('Session ID', toPlainText(session.sessionId)),
    ...field('Project', toPlainText(session.projectPath)),
    `Duration: ${formatMinutes(elapsedMs)}`,
    ...field('Status', `${session.status}${reason}`),
  ];
}

function renderSummary(
  { totals, scenarios, score, session, metrics }: SessionReport,
  colors: Colors,
): readonly string[] {
  const underFault =
    totals.errorsUnderFault === 0 ? '' : ` (and ${totals.errorsUnderFault} under injected faults)`;
  return [
    `Total Activities: ${totals.activities}`,
    ...describeRetention(totals),
    `Total Errors: ${totals.errors}${underFault}`,
    `Success Rate: ${totals.successRate === null ? 'no activity' : formatShare(totals.successRate)}`,
    `Avg Response Time: ${totals.meanMs === null ? 'no activity' : formatDuration(totals.meanMs)}`,
    ...(score === null ? ['Quality Score: not enough data'] : describeScore(score)),
    ...describeMachine(metrics),
    `Seed: ${session.seed} (REALWORLD_SEED=${session.seed} repeats it)`,
    ...scenarios.map((scenario) => renderScenario(scenario, colors)),
  ];
}

/** What the machine was at, and what looking at it cost. */
function describeMachine(metrics: SessionReport['metrics']): readonly string[] {
  const figure = (metricType: string) =>
    metrics.find((metric) => metric.capability === 'system' && metric.metricType === metricType);
  const cpu = figure('cpu_usage');
  const memory = figure('memory_usage');
  const disk = figure('disk_usage');
  if (cpu === undefined || memory === undefined || disk === undefined) return [];
  const cost = figure('monitor_cost');
  const samples = `${cpu.count} ${cpu.count === 1 ? 'sample' : 'samples'}`;
  return [
    `System: CPU ${cpu.mean.toFixed(0)}% (most ${cpu.max.toFixed(0)}%), Memory ${memory.max.toFixed(0)}%, Disk ${disk.max.toFixed(0)}%`,
    `  from ${samples}${cost === undefined ? '' : `, ${formatDuration(cost.mean)} each`}`,
  ];
}

function describeRetention({ activities, rowsKept }: SessionReport['totals']): readonly string[] {
  if (rowsKept >= activities) return [];
  return [
    `  Rows kept: ${rowsKept}: failures, outliers and a sample; sums and percentiles`,
    '  are over all of them',
  ];
}

function outcomePaint(outcome: Scenario['outcome'], colors: Colors): (text: string) => string {
  if (outcome === 'passed') return colors.green;
  if (outcome === 'skipped') return colors.dim;
  return outcome === 'stopped' ? colors.yellow : colors.red;
}

function renderScenario(scenario: Scenario, colors: Colors): string {
  const paint = outcomePaint(scenario.outcome, colors);
  const duration = scenario.durationMs === null ? '' : formatDuration(scenario.durationMs);
  const name = truncate(toPlainText(scenario.name), 44);
  return `  ${paint(scenario.outcome.padEnd(8))}${scenario.kind.padEnd(12)}${padColumns(name, 46)}${duration.padStart(8)}`;
}

function describeScore(score: Score): readonly string[] {
  const parts = score.parts.map(
    ({ name, weight, value }) =>
      `${name} ${(weight * value * 100).toFixed(1)} of ${Math.round(weight * 100)}`,
  );
  return [`Quality Score: ${score.total.toFixed(1)} of 100`, `  ${parts.join(', ')}`];
}

function renderStatements(
  statements: readonly { readonly capability: string; readonly statement: string }[],
  paint: (text: string) => string,
  otherwise: string,
): readonly string[] {
  if (statements.length === 0) return [otherwise];
  return statements.flatMap(({ capability, statement }, index) => [
    ...(index === 0 ? [] : ['']),
    ...indent(`${toPlainText(capability)}:`, 0).map(paint),
    ...indent(toPlainText(statement), 2),
  ]);
}

function renderIssues(
  issues: readonly Issue[],
  scenarios: readonly Scenario[],
  colors: Colors,
  shown: number,
): readonly string[] {
  if (issues.length === 0) return ['None.'];
  const lines = issues.slice(0, shown).flatMap((issue, index) => {
    const scenario = scenarios.find(({ taskId }) => taskId === issue.taskId);
    return [
      ...(index === 0 ? [] : ['']),
      ...numbered(index, issue.severity, issue.capability, colors),
      ...indent(toPlainText(issue.description), 3),
      ...(issue.suggestedFix === null ? [] : indent(`Fix: ${toPlainText(issue.suggestedFix)}`, 3)),
      ...(scenario === undefined
        ? []
        : [
            ...indent(`Seen in: ${toPlainText(locateScenario(scenario))}`, 3),
            ...indent(`Again: ${toPlainText(repeatCommand(scenario))}`, 3),
          ]),
      ...(issue.evidenceActivityId === null
        ? []
        : indent(`Evidence: activity ${toPlainText(issue.evidenceActivityId)}`, 3)),
    ];
  });
  return [...lines, ...omitted(issues.length - shown, 'issue')];
}

function renderSuggestions(
  suggestions: readonly Suggestion[],
  colors: Colors,
  shown: number,
): readonly string[] {
  if (suggestions.length === 0) return ['None: the data give no reason for advice.'];
  const lines = suggestions
    .slice(0, shown)
    .flatMap((suggestion, index) => [
      ...(index === 0 ? [] : ['']),
      ...numbered(index, suggestion.priority, suggestion.suggestion, colors),
      ...indent(`Category: ${suggestion.category}`, 3),
      ...indent(`Why: ${toPlainText(suggestion.rationale)}`, 3),
      ...indent(`Impact: ${toPlainText(suggestion.estimatedImpact)}`, 3),
    ]);
  return [...lines, ...omitted(suggestions.length - shown, 'suggestion')];
}

/** Lines are broken before they are painted, so that they break at the same place with colours and without. */
function numbered(index: number, severity: Severity, text: string, colors: Colors): readonly string[] {
  const label = `[${severity.toUpperCase()}]`;
  const number = `${index + 1}. `;
  const [first = '', ...rest] = indent(`${label} ${toPlainText(text)}`, number.length);
  return [number + first.trimStart().replace(label, paintSeverity(severity, label, colors)), ...rest];
}

function paintSeverity(severity: Severity, label: string, colors: Colors): string {
  switch (severity) {
    case 'critical':
      return colors.bold(colors.red(label));
    case 'high':
      return colors.red(label);
    case 'medium':
      return colors.yellow(label);
    case 'low':
    case 'info':
      return colors.cyan(label);
    default:
      return severity satisfies never;
  }
}

function formatMinutes(elapsedMs: number): string {
  const minutes = elapsedMs / msPerMinute;
  return minutes < 1 ? formatDuration(elapsedMs) : `${minutes.toFixed(1)} minutes`;
}
