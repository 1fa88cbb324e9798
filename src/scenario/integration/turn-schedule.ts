import { setImmediate as afterPendingWork } from 'node:timers/promises';

/** Where other tasks may come between; what a task asks for before each step that others must not be able to disturb. */
export interface Turns {
  /** Waits for the next turn of this task. @param label what the task is about to do, for the report */
  point(label?: string): Promise<void>;
  /** A function that waits for its turn before each call. */
  wrap<Arguments extends unknown[], Result>(
    work: (...given: Arguments) => Result | Promise<Result>,
    label?: string,
  ): (...given: Arguments) => Promise<Result>;
}

export interface ScheduledTask {
  readonly name: string;
  readonly work: (turns: Turns) => unknown;
}

export interface ScheduleRun {
  readonly results: readonly PromiseSettledResult<unknown>[];
  /** Turns in the order in which they were given, such as "1 add: write". */
  readonly order: readonly string[];
  /** Turns beyond the start of each task. */
  readonly pointsReached: number;
  /** Tasks in the order in which they were started. */
  readonly started: readonly number[];
}

interface Waiting {
  readonly task: number;
  readonly label: string;
  readonly go: () => void;
}

/**
 * Runs tasks side by side, one turn at a time. A choice of 0 lets the task of the last turn go on, or the first in line; other
 * choices count from there. All zeros is one task after the other, so smaller choices have fewer preemptions, in which most
 * races show (Musuvathi and Qadeer 2007).
 *
 * @param choices one for each turn, 0 for those beyond its end
 */
export async function runSchedule(
  tasks: readonly ScheduledTask[],
  choices: readonly number[],
  signal: AbortSignal,
): Promise<ScheduleRun> {
  const waiting: Waiting[] = [];
  const order: string[] = [];
  const started: number[] = [];
  let running = tasks.length;
  let wake = (): void => {};
  const results = Promise.allSettled(
    tasks.map(async ({ name, work }, task) => {
      const point = (label: string): Promise<void> =>
        new Promise((go) => {
          waiting.push({ task, label: `${task + 1} ${name}: ${label}`, go });
          wake();
        });
      try {
        await point('start');
        started.push(task);
        return await work(createTurns(point));
      } finally {
        running--;
        wake();
      }
    }),
  );
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  let last = -1;
  while (running > 0 && !signal.aborted) {
    // Whatever the last turn set off by promises alone comes to rest first; the next choice then sees all who wait.
    await afterPendingWork();
    if (running === 0 || signal.aborted) break;
    if (waiting.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    waiting.sort((left, right) => rank(left.task, last) - rank(right.task, last));
    const [next] = waiting.splice((choices[order.length] ?? 0) % waiting.length, 1);
    if (next === undefined) continue;
    last = next.task;
    order.push(next.label);
    next.go();
  }
  signal.removeEventListener('abort', stop);
  const pointsReached = order.length - started.length;
  if (running > 0) throw new UnfinishedSchedule(order, waiting.length);
  return { results: await results, order, pointsReached, started };
}

/** The tasks of a schedule had not ended when its time was over. */
export class UnfinishedSchedule extends Error {
  override readonly name = 'UnfinishedSchedule';
  readonly order: readonly string[];
  /** Tasks that wait for a turn; none when those that run wait for something else. */
  readonly waiting: number;

  constructor(order: readonly string[], waiting: number) {
    super(
      `The tasks did not come to an end after ${order.length} turns${waiting === 0 ? ': none waits for a turn, so they may wait for each other' : ''}.`,
    );
    this.order = order;
    this.waiting = waiting;
  }
}

/** The task of the last turn comes first, then the others by number. */
function rank(task: number, last: number): number {
  return task === last ? -1 : task;
}

function createTurns(point: (label: string) => Promise<void>): Turns {
  return {
    point: (label = 'goes on') => point(label),
    wrap:
      (work, label = work.name === '' ? 'call' : work.name) =>
      async (...given) => {
        await point(label);
        return work(...given);
      },
  };
}
