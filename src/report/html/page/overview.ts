import type { GateCondition } from '../../../gate.js';
import type { Score, SessionReport } from '../../../model.js';
import type { SessionPage } from '../../../session-page.js';
import { formatDuration } from '../../../units.js';
import { describePassed } from '../../passed-scenarios.js';
import { badge, bar, type Child, el, fold, name, type Section } from './elements.js';
import { count, formatCount, severityTone, shareOr } from './words.js';

const suggestionsShown = 5;
/** More would push down what matters. */
const statementsShown = 6;

/** What a person sees first: how good it was, whether it holds, and the few figures that say most. */
export function overviewSection(page: SessionPage): Section {
  const { score, gate, workedWell, workedPoorly, suggestions } = page.report;
  return {
    id: 'overview',
    title: 'Overview',
    count: null,
    content: [
      el(
        'div',
        { class: 'hero' },
        scoreCard(score),
        gateCard(gate, page.report.session.status === 'running'),
      ),
      keyFigures(page),
      el(
        'div',
        { class: 'halves' },
        fixFirst(suggestions),
        el(
          'div',
          {},
          el('h3', {}, 'Worked poorly'),
          statements(workedPoorly, 'Nothing: no slow or unreliable capability.'),
          el('h3', {}, 'Worked well'),
          workedWell.length <= statementsShown
            ? statements(workedWell, 'Nothing stood out.')
            : fold('worked-well', [count(workedWell.length, 'capability', 'capabilities')], () => [
                statements(workedWell, ''),
              ]),
        ),
      ),
    ],
  };
}

function scoreCard(score: Score | null): HTMLElement {
  if (score === null) {
    return el('div', { class: 'card' }, el('h3', {}, 'Quality score'), el('p', {}, 'Not enough data.'));
  }
  const parts = score.parts.map(({ name: part, weight, value }) =>
    el(
      'li',
      {},
      el('span', { class: 'part-name' }, part),
      el('span', { class: 'meter', 'aria-hidden': 'true' }, bar('meter-fill', 0, value)),
      el(
        'span',
        { class: 'part-value' },
        `${(weight * value * 100).toFixed(1)} of ${Math.round(weight * 100)}`,
      ),
    ),
  );
  return el(
    'div',
    { class: 'card' },
    el('h3', {}, 'Quality score'),
    el('p', { class: 'score' }, el('strong', {}, score.total.toFixed(1)), el('span', {}, ' of 100')),
    el('ul', { class: 'parts' }, parts),
  );
}

const verdictTone = { passed: 'good', failed: 'bad', inconclusive: 'warn' } as const;
const conditionTone = { met: 'good', broken: 'bad', inconclusive: 'warn' } as const;

function gateCard(gate: SessionReport['gate'], isRunning: boolean): HTMLElement {
  const title = el('h3', {}, 'Gate');
  if (gate === null) {
    const words = isRunning
      ? 'It is judged when the session ends.'
      : 'This session was not held to anything.';
    return el('div', { class: 'card' }, title, el('p', {}, words));
  }
  const met = gate.conditions.filter(({ verdict }) => verdict === 'met');
  const others = gate.conditions.filter(({ verdict }) => verdict !== 'met');
  const consequence = gate.mode === 'fail' && gate.verdict !== 'passed' ? ' The run fails for it.' : '';
  return el(
    'div',
    { class: 'card' },
    title,
    el(
      'p',
      { class: 'verdict' },
      badge(gate.verdict, verdictTone[gate.verdict]),
      ` ${met.length} of ${count(gate.conditions.length, 'condition')} met.${consequence}`,
    ),
    others.length === 0 ? null : conditionList(others),
    met.length === 0 ? null : fold('gate-met', [`${met.length} met`], () => [conditionList(met)]),
  );
}

function conditionList(conditions: readonly GateCondition[]): HTMLElement {
  const items = conditions.map(({ verdict, subject, statement }) =>
    el('li', {}, badge(verdict, conditionTone[verdict]), ' ', name(subject), `: ${statement}`),
  );
  return el('ul', { class: 'plain' }, items);
}

function keyFigures({ report, readAtMs }: SessionPage): HTMLElement {
  const { totals, scenarios, session } = report;
  const { passed, skipped } = describePassed(scenarios);
  const elapsedMs = (session.endedAtMs ?? readAtMs) - session.startedAtMs;
  const underFault =
    totals.errorsUnderFault === 0 ? '' : `and ${formatCount(totals.errorsUnderFault)} under injected faults`;
  const figures: readonly (readonly [string, string, string])[] = [
    ['Activities', formatCount(totals.activities), ''],
    ['Success rate', shareOr(totals.successRate), ''],
    ['Mean response', totals.meanMs === null ? 'no activity' : formatDuration(totals.meanMs), ''],
    ['Errors', formatCount(totals.errors), underFault],
    ['Scenarios passed', passed, skipped],
    ['Duration', formatDuration(elapsedMs), ''],
  ];
  return el(
    'dl',
    { class: 'figures' },
    figures.map(([title, value, note]) =>
      el('div', {}, el('dt', {}, title), el('dd', {}, value, note === '' ? null : el('small', {}, note))),
    ),
  );
}

/** The first of the ranked suggestions, with what each would bring. */
function fixFirst(suggestions: SessionReport['suggestions']): HTMLElement {
  const items: readonly Child[] = suggestions
    .slice(0, suggestionsShown)
    .map(({ priority, suggestion, estimatedImpact }) =>
      el(
        'li',
        {},
        badge(priority, severityTone(priority)),
        ' ',
        suggestion,
        el('span', { class: 'statement' }, estimatedImpact),
      ),
    );
  return el(
    'div',
    {},
    el('h3', {}, 'Fix first'),
    items.length === 0
      ? el('p', { class: 'empty' }, 'Nothing that was found.')
      : el('ol', { class: 'statements' }, items),
    suggestions.length <= suggestionsShown
      ? null
      : el('p', {}, el('a', { href: '#suggestions' }, `All ${suggestions.length} suggestions`)),
  );
}

function statements(all: SessionReport['workedWell'], otherwise: string): HTMLElement {
  const items: readonly Child[] = all.map(({ capability, statement }) =>
    el('li', {}, name(capability), el('span', { class: 'statement' }, statement)),
  );
  return items.length === 0
    ? el('p', { class: 'empty' }, otherwise)
    : el('ul', { class: 'statements' }, items);
}
