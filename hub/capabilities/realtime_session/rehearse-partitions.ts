import { setImmediate as breathe } from 'node:timers/promises';
import { CapabilityError } from '../../errors.js';

export interface PartitionOptions {
  /** The schedules are those of seed, seed + 1, and so on. @default 1 */
  readonly seed?: number;
  /** @default 1000 */
  readonly schedules?: number;
  /** @default 4 */
  readonly clients?: number;
  /** Edits, deliveries, cuts and reconnections of a schedule before it is healed, up to 10,000. @default 120 */
  readonly steps?: number;
  /** A control that must not converge: a fifth of the frames is lost without the connection noticing. @default false */
  readonly loseFramesUnnoticed?: boolean;
}

export interface ScheduleOutcome {
  readonly seed: number;
  /** All copies hold the same text, values and history. */
  readonly converged: boolean;
  /** The text holds every unit that was inserted and that nobody removed, once, and no other. */
  readonly intact: boolean;
  /** Every client sees every client as present. */
  readonly everybodySeen: boolean;
  readonly edits: number;
  readonly partitions: number;
  readonly framesDelivered: number;
  /** Frames under way when their connection was cut. */
  readonly framesLost: number;
}

export interface PartitionRehearsal {
  readonly schedules: number;
  readonly converged: number;
  readonly intact: number;
  readonly everybodySeen: number;
  readonly edits: number;
  readonly partitions: number;
  readonly framesDelivered: number;
  readonly framesLost: number;
  /** Seeds of the schedules that failed in any of the three; each fails again by itself. */
  readonly failedSeeds: readonly number[];
}

/**
 * Plays seeded partition schedules on the documents and frames of `realtime_session`, with wires in this process instead
 * of sockets, and counts those after which all copies are equal and nothing is lost.
 *
 * @throws CapabilityError BAD_INPUT for numbers that are not whole or out of range
 */
export async function rehearsePartitions(options: PartitionOptions = {}): Promise<PartitionRehearsal> {
  const { playSchedule } = await import('./partition-schedule.js');
  const resolved = {
    seed: options.seed ?? 1,
    schedules: wholeNumber('schedules', options.schedules ?? 1_000, 1_000_000),
    clients: wholeNumber('clients', options.clients ?? 4, 100),
    steps: wholeNumber('steps', options.steps ?? 120, 10_000),
    loseFramesUnnoticed: options.loseFramesUnnoticed ?? false,
  };
  const sum = {
    converged: 0,
    intact: 0,
    everybodySeen: 0,
    edits: 0,
    partitions: 0,
    framesDelivered: 0,
    framesLost: 0,
  };
  const failedSeeds: number[] = [];
  for (let index = 0; index < resolved.schedules; index += 1) {
    const outcome = playSchedule(resolved.seed + index, resolved);
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += Number(outcome[key]);
    if (!(outcome.converged && outcome.intact && outcome.everybodySeen)) failedSeeds.push(outcome.seed);
    // Others in the process get their turn between schedules.
    if (index % 50 === 49) await breathe();
  }
  return { schedules: resolved.schedules, ...sum, failedSeeds };
}

function wholeNumber(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new CapabilityError('BAD_INPUT', `${name} is ${value}. Give a whole number from 1 to ${most}.`);
}
