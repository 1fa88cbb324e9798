import type { Issue, Scenario } from '../../../model.js';
import type { SessionPage } from '../../../session-page.js';
import { badge, el, empty, firstOnes, fold, name, type Section } from './elements.js';
import { drawTimeline } from './timeline.js';
import { plainWords, severityTone } from './words.js';

const issuesShown = 12;
const suggestionsShown = 10;

export function issuesSection({ report, evidence }: SessionPage): Section {
  const { issues, scenarios } = report;
  const draw = (rows: readonly Issue[]) =>
    el(
      'ol',
      { class: 'issues' },
      rows.map((issue) => issueItem(issue, scenarios, evidence)),
    );
  return {
    id: 'issues',
    title: 'Issues',
    count: issues.length,
    content: issues.length === 0 ? [empty('None.')] : firstOnes('issues-more', issues, issuesShown, draw),
  };
}

function issueItem(
  issue: Issue,
  scenarios: readonly Scenario[],
  evidence: SessionPage['evidence'],
): HTMLElement {
  const { severity, capability, issueType, description, suggestedFix, taskId, evidenceActivityId } = issue;
  const scenario = scenarios.find((one) => one.taskId === taskId);
  const timeline = evidence.find(({ activityId }) => activityId === evidenceActivityId);
  return el(
    'li',
    { class: `issue ${severityTone(severity)}` },
    el(
      'div',
      { class: 'issue-head' },
      badge(severity, severityTone(severity)),
      name(capability),
      el('span', { class: 'muted' }, plainWords(issueType)),
      issue.reproducible === true ? el('span', { class: 'muted' }, 'reproducible') : null,
    ),
    el('p', {}, description),
    suggestedFix === null ? null : el('p', {}, el('span', { class: 'label' }, 'Fix '), suggestedFix),
    scenario === undefined ? null : el('p', { class: 'muted' }, 'Seen in ', place(scenario)),
    evidenceActivityId === null
      ? null
      : timeline === undefined
        ? el('p', { class: 'muted' }, 'Evidence: activity ', el('code', {}, evidenceActivityId))
        : fold(`evidence-${issue.issueId}`, ['Evidence: activity ', el('code', {}, evidenceActivityId)], () =>
            drawTimeline(timeline),
          ),
  );
}

/** Where a scenario stands. */
export function place({ file, line, name: title }: Scenario): HTMLElement {
  return el('span', {}, name(`${file}${line === null ? '' : `:${line}`}`, 'path'), ' ', name(title));
}

export function suggestionsSection({ report }: SessionPage): Section {
  const { suggestions } = report;
  const draw = (rows: typeof suggestions) =>
    el(
      'ol',
      { class: 'issues' },
      rows.map(({ priority, category, suggestion, rationale, estimatedImpact }) =>
        el(
          'li',
          { class: `issue ${severityTone(priority)}` },
          el(
            'div',
            { class: 'issue-head' },
            badge(priority, severityTone(priority)),
            el('span', { class: 'muted' }, plainWords(category)),
          ),
          el('p', { class: 'suggestion' }, suggestion),
          el('p', {}, el('span', { class: 'label' }, 'Why '), rationale),
          el('p', {}, el('span', { class: 'label' }, 'Impact '), estimatedImpact),
        ),
      ),
    );
  return {
    id: 'suggestions',
    title: 'Suggestions',
    count: suggestions.length,
    content:
      suggestions.length === 0
        ? [empty('None: the data give no reason for advice.')]
        : firstOnes('suggestions-more', suggestions, suggestionsShown, draw),
  };
}
