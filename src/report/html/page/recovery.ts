import type { RecoveryTrialRow, SessionPage } from '../../../session-page.js';
import { formatDuration } from '../../../units.js';
import { badge, bar, el, empty, firstOnes, name, type Section } from './elements.js';
import { count, formatElapsed } from './words.js';

const shown = 40;

/** Faults that were injected, in the order in which they came, and how long each took to heal. */
export function recoverySection({ recoveries }: SessionPage): Section {
  const longestMs = Math.max(1, ...recoveries.map(({ timeToRecoverMs }) => timeToRecoverMs ?? 0));
  const recovered = recoveries.filter((trial) => trial.recovered).length;
  const detected = recoveries.filter((trial) => trial.detected).length;
  return {
    id: 'recovery',
    title: 'Recovery',
    count: recoveries.length,
    content:
      recoveries.length === 0
        ? [empty('No fault was injected.')]
        : [
            el(
              'p',
              { class: 'lead' },
              `${count(recoveries.length, 'trial')}: ${detected} noticed, ${recovered} recovered. The bars show the time from the moment the cause was gone until the system worked, up to ${formatDuration(longestMs)}.`,
            ),
            ...firstOnes('recovery-more', recoveries, shown, (rows) =>
              el(
                'ol',
                { class: 'timeline' },
                rows.map((trial) => trialItem(trial, longestMs)),
              ),
            ),
          ],
  };
}

function trialItem(
  { fault, capability, atMs, detected, recovered, timeToRecoverMs }: RecoveryTrialRow,
  longestMs: number,
): HTMLElement {
  return el(
    'li',
    {},
    el(
      'span',
      { class: 'call' },
      name(fault),
      detected ? null : badge('not noticed', 'warn'),
      recovered ? null : badge('not recovered', 'bad'),
    ),
    el(
      'span',
      { class: 'track', 'aria-hidden': 'true' },
      timeToRecoverMs === null ? null : bar('span', 0, Math.max(0.004, timeToRecoverMs / longestMs)),
    ),
    el(
      'span',
      { class: 'when' },
      timeToRecoverMs === null ? '–' : formatDuration(timeToRecoverMs),
      el('small', {}, `at ${formatElapsed(atMs, 1_000)}, ${capability}`),
    ),
  );
}
