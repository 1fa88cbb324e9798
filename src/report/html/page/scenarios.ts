import type { Scenario, ScenarioSummary } from '../../../model.js';
import type { SessionPage } from '../../../session-page.js';
import { formatDuration, formatShare } from '../../../units.js';
import { badge, el, empty, fold, name, type Section, table } from './elements.js';
import { count, describeInterval, formatCount, outcomeTone } from './words.js';

export function scenariosSection(page: SessionPage): Section {
  const { scenarios, kinds, scenarioSummaries } = page.report;
  return {
    id: 'scenarios',
    title: 'Scenarios',
    count: scenarios.length,
    content: [
      kinds.length === 0 ? null : kindTable(kinds),
      scenarios.length === 0
        ? empty('No scenario ran.')
        : el(
            'ul',
            { class: 'rows' },
            scenarios.map((scenario) =>
              scenarioItem(
                scenario,
                scenarioSummaries.find(({ taskId }) => taskId === scenario.taskId),
                page,
              ),
            ),
          ),
    ],
  };
}

function kindTable(kinds: SessionPage['report']['kinds']): HTMLElement {
  return table(
    'Calls by kind of scenario',
    [
      { title: 'Kind', cell: ({ kind }) => kind },
      { title: 'Passed', isNumber: true, cell: ({ passed, scenarios }) => `${passed} of ${scenarios}` },
      { title: 'Calls', isNumber: true, cell: ({ calls }) => formatCount(calls) },
      {
        title: 'Success',
        isNumber: true,
        cell: ({ successRate }) => (successRate === null ? '–' : formatShare(successRate)),
      },
      {
        title: 'Mean',
        isNumber: true,
        cell: ({ calls, meanMs }) => (calls === 0 ? '–' : formatDuration(meanMs)),
      },
      {
        title: 'p95',
        isNumber: true,
        cell: ({ calls, p95 }) => (calls === 0 ? '–' : formatDuration(p95.valueMs)),
      },
      { title: '95 % interval', cell: ({ calls, p95 }) => (calls === 0 ? '–' : describeInterval(p95)) },
    ],
    kinds,
  );
}

function scenarioItem(
  scenario: Scenario,
  summary: ScenarioSummary | undefined,
  { scenarioMethods }: SessionPage,
): HTMLElement {
  const { taskId, name: title, kind, outcome, durationMs, file, line, attempts, errorMessage } = scenario;
  const calls = scenarioMethods.filter((row) => row.taskId === taskId);
  const facts = [
    kind,
    durationMs === null ? null : formatDuration(durationMs),
    summary === undefined || summary.calls === 0 ? null : count(summary.calls, 'call'),
    summary?.successRate == null ? null : `${formatShare(summary.successRate)} succeeded`,
    attempts > 1 ? `${attempts} attempts` : null,
  ].filter((fact) => fact !== null);
  return el(
    'li',
    { class: 'row' },
    el('div', { class: 'row-head' }, badge(outcome, outcomeTone(outcome)), name(title, 'title')),
    el(
      'p',
      { class: 'muted' },
      `${facts.join(' · ')} · `,
      name(`${file}${line === null ? '' : `:${line}`}`, 'path'),
    ),
    errorMessage === null ? null : el('p', { class: 'error-text' }, errorMessage),
    calls.length === 0
      ? null
      : fold(`scenario-${taskId}`, ['Calls by method'], () => [
          table(
            `Calls of ${title} by method`,
            [
              { title: 'Method', cell: ({ capability, method }) => name(`${capability}.${method}`) },
              { title: 'Calls', isNumber: true, cell: (row) => formatCount(row.calls) },
              { title: 'Errors', isNumber: true, cell: (row) => formatCount(row.errors) },
              { title: 'Mean', isNumber: true, cell: (row) => formatDuration(row.meanMs) },
              { title: 'Median', isNumber: true, cell: (row) => formatDuration(row.medianMs) },
              { title: 'p95', isNumber: true, cell: (row) => formatDuration(row.p95.valueMs) },
              { title: '95 % interval', cell: (row) => describeInterval(row.p95) },
              { title: 'Longest', isNumber: true, cell: (row) => formatDuration(row.maxMs) },
            ],
            calls,
          ),
        ]),
  );
}
