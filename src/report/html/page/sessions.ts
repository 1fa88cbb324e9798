import type { SessionSummaryRow } from '../page-data.js';
import { badge, el, empty, name, table } from './elements.js';
import { formatCount, formatMoment } from './words.js';

const statusTone = { running: 'calm', completed: 'good', stopped: 'warn', error: 'bad' } as const;

/** The sessions of a database, the newest first, each with the way to its page. */
export function drawSessions(sessions: readonly SessionSummaryRow[]): readonly HTMLElement[] {
  return [
    el('a', { class: 'skip', href: '#report' }, 'Skip to the sessions'),
    el('header', { class: 'top' }, el('h1', {}, 'Real-world sessions')),
    el(
      'main',
      { id: 'report', tabindex: -1, class: 'list' },
      sessions.length === 0
        ? empty('There is no session yet. Run the scenarios: npx vitest run --project realworld')
        : table(
            'Sessions, the newest first',
            [
              {
                title: 'Session',
                cell: ({ sessionId }) =>
                  el('a', { href: `/session/${encodeURIComponent(sessionId)}` }, name(sessionId, 'id')),
              },
              { title: 'Status', cell: ({ status }) => badge(status, statusTone[status]) },
              { title: 'Began', cell: ({ startedAtMs }) => formatMoment(startedAtMs) },
              { title: 'Activities', isNumber: true, cell: ({ activities }) => formatCount(activities) },
              { title: 'Errors', isNumber: true, cell: ({ errors }) => formatCount(errors) },
              {
                title: 'Score',
                isNumber: true,
                cell: ({ score }) => (score === null ? '–' : score.toFixed(1)),
              },
              { title: 'Project', cell: ({ projectPath }) => name(projectPath, 'path') },
            ],
            sessions,
          ),
    ),
  ];
}
