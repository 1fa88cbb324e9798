import type { SessionPage } from '../../../session-page.js';
import { el, empty, firstOnes, name, type Section } from './elements.js';
import { count, formatCount } from './words.js';

const shown = 12;

export function errorsSection({ errorGroups }: SessionPage): Section {
  const all = errorGroups.reduce((sum, group) => sum + group.count, 0);
  return {
    id: 'errors',
    title: 'Error groups',
    count: errorGroups.length,
    content:
      errorGroups.length === 0
        ? [empty('No call failed without an injected fault.')]
        : [
            el(
              'p',
              { class: 'lead' },
              `${count(all, 'error')} in ${count(errorGroups.length, 'group')}: same method, same type, and the same message apart from numbers and ids.`,
            ),
            ...firstOnes('errors-more', errorGroups, shown, (rows) =>
              el(
                'ul',
                { class: 'rows' },
                rows.map((group) =>
                  el(
                    'li',
                    { class: 'row' },
                    el(
                      'div',
                      { class: 'row-head' },
                      el('strong', { class: 'times' }, `${formatCount(group.count)}×`),
                      name(`${group.capability}.${group.method}`, 'title'),
                      name(group.errorType, 'muted'),
                    ),
                    el(
                      'p',
                      { class: 'error-text' },
                      group.message === '' ? 'without a message' : group.message,
                    ),
                    el('p', { class: 'muted' }, 'First: activity ', el('code', {}, group.activityId)),
                  ),
                ),
              ),
            ),
          ],
  };
}
