import type { LiveSource, PageData } from '../page-data.js';
import { accuracySection } from './accuracy.js';
import { capabilitiesSection } from './capabilities.js';
import { drawAll, forgetCharts } from './charts.js';
import { environmentSection, measuredSection, methodSection } from './closing-sections.js';
import { append, badge, el, name, type Section } from './elements.js';
import { errorsSection } from './errors.js';
import { historySection } from './history-section.js';
import { issuesSection, suggestionsSection } from './issues.js';
import { machineSection } from './machine.js';
import { overviewSection } from './overview.js';
import { recoverySection } from './recovery.js';
import { scenariosSection } from './scenarios.js';
import { drawSessions } from './sessions.js';
import { formatMoment } from './words.js';
import { worseSection } from './worse.js';

/** Draws the page from its data; what was open and where the reader stood stays. */
export function drawPage(root: HTMLElement, data: PageData, live: LiveSource): void {
  const openKeys = [...root.querySelectorAll<HTMLDetailsElement>('details[open]')].map(
    ({ dataset }) => dataset.key,
  );
  const focused = document.activeElement?.closest('[id], details')?.getAttribute('id') ?? null;
  const top = scrollY;
  forgetCharts();
  root.replaceChildren();
  append(root, data.kind === 'sessions' ? drawSessions(data.sessions) : drawSession(data.page, live));
  reopen(root, openKeys);
  if (focused !== null) document.getElementById(focused)?.focus({ preventScroll: true });
  scrollTo(0, top);
}

/** Opens everything, for paper. */
export function openAllFolds(root: HTMLElement): void {
  // What opens may hold more of them.
  for (let depth = 0; depth < 4; depth++) {
    for (const details of root.querySelectorAll('details:not([open])')) {
      details.dispatchEvent(new Event('fill'));
      details.setAttribute('open', '');
    }
  }
  drawAll();
}

function reopen(root: HTMLElement, keys: readonly (string | undefined)[]): void {
  const wanted = new Set(keys);
  for (let depth = 0; depth < 3; depth++) {
    for (const details of root.querySelectorAll<HTMLDetailsElement>('details:not([open])')) {
      if (!wanted.has(details.dataset.key)) continue;
      details.dispatchEvent(new Event('fill'));
      details.open = true;
    }
  }
}

type Page = Extract<PageData, { kind: 'session' }>['page'];

function drawSession(page: Page, live: LiveSource): readonly HTMLElement[] {
  const sections = [
    overviewSection(page),
    worseSection(page.report),
    issuesSection(page),
    suggestionsSection(page),
    scenariosSection(page),
    capabilitiesSection(page),
    machineSection(page),
    errorsSection(page),
    accuracySection(page),
    recoverySection(page),
    historySection(page),
    measuredSection(page),
    environmentSection(page),
    methodSection(page),
  ];
  return [
    el('a', { class: 'skip', href: '#report' }, 'Skip to the report'),
    header(page, live),
    el('div', { class: 'columns' }, navigation(sections), main(sections)),
  ];
}

const statusTone = { running: 'calm', completed: 'good', stopped: 'warn', error: 'bad' } as const;

function header({ report }: Page, live: LiveSource): HTMLElement {
  const { session } = report;
  const { status, stopReason, sessionId, projectPath, startedAtMs, environment } = session;
  return el(
    'header',
    { class: 'top' },
    live === null ? null : el('a', { href: live.listUrl, class: 'back' }, 'All sessions'),
    el('h1', {}, 'Real-world report ', el('span', { class: 'muted' }, 'of '), name(projectName(projectPath))),
    el(
      'p',
      { class: 'about' },
      badge(status, statusTone[status]),
      name(sessionId, 'id'),
      el('span', {}, formatMoment(startedAtMs)),
      environment.commit === null
        ? null
        : el('span', {}, 'commit ', el('code', {}, environment.commit.slice(0, 10))),
    ),
    stopReason === null ? null : el('p', { class: 'muted' }, stopReason),
  );
}

/** The last folder of the path. */
function projectName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

function navigation(sections: readonly Section[]): HTMLElement {
  const items = sections.map(({ id, title, count }) =>
    el(
      'li',
      {},
      el(
        'a',
        { href: `#${id}` },
        title,
        count === null || count === 0 ? null : el('span', { class: 'count' }, String(count)),
      ),
    ),
  );
  return el('nav', { 'aria-label': 'Sections' }, el('ul', {}, items));
}

function main(sections: readonly Section[]): HTMLElement {
  return el(
    'main',
    { id: 'report', tabindex: -1 },
    sections.map(({ id, title, content }) =>
      el(
        'section',
        { id, 'aria-labelledby': `${id}-title`, tabindex: -1 },
        el('h2', { id: `${id}-title` }, title),
        content,
      ),
    ),
  );
}
