import type { Cron } from 'croner';
import { CapabilityError } from '../../errors.js';

/**
 * Calls back at the times of a cron pattern, with the time in milliseconds since the epoch; its timer keeps no process alive.
 *
 * @throws CapabilityError BAD_INPUT for a pattern that croner refuses, or a known name
 */
export async function openSchedule(
  name: string,
  pattern: string,
  schedules: Map<string, Cron>,
  onSlot: (slotMs: number) => void,
): Promise<Cron> {
  const { Cron } = await import('croner');
  if (name.trim() === '' || schedules.has(name)) {
    throw new CapabilityError('BAD_INPUT', `Schedule "${name}" is empty or there already. Name each once.`);
  }
  try {
    // The planned time, not the moment the timer came: processes that share a schedule agree on it.
    let planned: Date | null = null;
    const job: Cron = new Cron(pattern, { unref: true }, (self: Cron) => {
      const slot = planned ?? new Date();
      planned = self.nextRun();
      onSlot(slot.getTime());
    });
    planned = job.nextRun();
    schedules.set(name, job);
    return job;
  } catch (error) {
    throw new CapabilityError(
      'BAD_INPUT',
      `Schedule "${name}" has the pattern "${pattern}", which cannot be read. Give a cron pattern such as "0 3 * * *".`,
      { cause: error },
    );
  }
}
