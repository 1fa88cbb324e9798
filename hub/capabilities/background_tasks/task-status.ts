import type { Database } from 'better-sqlite3';
import { countTasks } from './task-store.js';
import type { TaskState, TasksStatus } from './task-types.js';

/** How all tasks stand, from the counts on disk. */
export function summarizeTasks(
  database: Database,
  handledTypes: readonly string[],
  paused: boolean,
  fault: unknown,
): TasksStatus {
  const totals: Record<TaskState, number> = { queued: 0, running: 0, done: 0, failed: 0 };
  const byType: Record<string, Record<TaskState, number>> = {};
  let withoutHandler = 0;
  for (const { type, state, count } of countTasks(database)) {
    totals[state] += count;
    byType[type] ??= { queued: 0, running: 0, done: 0, failed: 0 };
    byType[type][state] += count;
    if (state === 'queued' && !handledTypes.includes(type)) withoutHandler += count;
  }
  return {
    ...totals,
    withoutHandler,
    byType,
    paused,
    ...(fault === undefined ? {} : { fault: fault instanceof Error ? fault.message : String(fault) }),
  };
}
