import { randomUUID } from 'node:crypto';
import type { CapabilityWorkload } from './capability-workload.js';

/** An urgent notification, its repetition, one that waits, and a digest; what became of each is checked. */
export const smartNotifierWorkload: CapabilityWorkload = {
  capability: 'smart_notifier',
  paceMs: 3_000,
  weight: 'light',
  prepare: ({ hub: { smart_notifier: notifier } }) => {
    // Keys of their own: the state may know those of an earlier run.
    const run = randomUUID();
    return {
      round: async (number) => {
        const key = `${run}:${number}`;
        const urgent = { key, title: `Round ${number}`, urgency: 'urgent', source: 'workload' } as const;
        const first = await notifier.notify(urgent);
        const second = await notifier.notify(urgent);
        if (first.outcome !== 'sent' || second.outcome !== 'deduped' || second.into !== first.id) {
          throw new Error(`An urgent notification was ${first.outcome}, its repetition ${second.outcome}.`);
        }
        const low = await notifier.notify({ key: `${key}:low`, title: 'Later', urgency: 'low' });
        const waiting = await notifier.digest();
        if (low.outcome !== 'deferred' || !waiting.items.some(({ id }) => id === low.id)) {
          throw new Error(`A notification of low urgency was ${low.outcome}.`);
        }
        const { sent } = await notifier.flush({ evenInQuietHours: true });
        const left = await notifier.digest();
        if (sent === 0 || left.items.some(({ id }) => id === low.id)) {
          throw new Error(`A digest of ${sent} left out what waited.`);
        }
      },
    };
  },
};
