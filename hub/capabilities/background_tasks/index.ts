export { BackgroundTasks, type BackgroundTasksOptions } from './background-tasks.js';
export { type FileChangeParts, followFileChanges } from './file-change-rules.js';
export type {
  Drained,
  Enqueued,
  EnqueueOptions,
  EventRule,
  HandlerOptions,
  Task,
  TaskContext,
  TaskEvent,
  TaskHandler,
  TaskSource,
  TaskState,
  TasksStatus,
  WorkerHandler,
} from './task-types.js';
