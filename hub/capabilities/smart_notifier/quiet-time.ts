import { CapabilityError } from '../../errors.js';
import type { QuietHours } from './notifier-types.js';

const clockTime = /^([01]\d|2[0-3]):([0-5]\d)$/;

/**
 * Tells whether a moment lies in the quiet hours; these may pass midnight. Equal ends are no hours.
 *
 * @throws CapabilityError BAD_INPUT for what is no time of day or no time zone
 */
export function quietTime(hours: QuietHours | undefined): (atMs: number) => boolean {
  if (hours === undefined) return () => false;
  const from = minuteOfDay(hours.from);
  const to = minuteOfDay(hours.to);
  const format = dayFormat(hours.timeZone);
  return (atMs) => {
    const minute = minuteOfDay(format.format(atMs));
    return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  };
}

function minuteOfDay(text: string): number {
  const parts = clockTime.exec(text);
  if (parts === null)
    throw new CapabilityError('BAD_INPUT', `"${text}" is no time of day. Write it as "22:00".`);
  return Number(parts[1]) * 60 + Number(parts[2]);
}

function dayFormat(timeZone: string | undefined): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone,
    });
  } catch (error) {
    throw new CapabilityError(
      'BAD_INPUT',
      `"${timeZone}" is no time zone. Give a name such as "Europe/Berlin".`,
      {
        cause: error,
      },
    );
  }
}
