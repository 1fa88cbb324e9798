import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { BackgroundTasks } from '../../capabilities/background_tasks/index.js';

/** Tasks in a folder of their own that begin nothing before a test drains or resumes them. */
export interface PausedTasks {
  readonly stateDirectory: string;
  readonly tasks: BackgroundTasks;
  readonly close: () => Promise<void>;
}

export function openPausedTasks(): PausedTasks {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'background-tasks-'));
  const tasks = new BackgroundTasks({ stateDirectory, concurrency: 1 });
  tasks.pause();
  return {
    stateDirectory,
    tasks,
    close: async () => {
      await tasks.dispose();
      rmSync(stateDirectory, { recursive: true, force: true });
    },
  };
}

/** A table for effects of tasks, in the database of the tasks. */
export function openLedger(stateDirectory: string): Database.Database {
  const ledger = new Database(join(stateDirectory, 'hub.db'));
  ledger.exec('CREATE TABLE ledger (number INTEGER NOT NULL)');
  return ledger;
}
