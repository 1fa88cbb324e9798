import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import { openHubState } from '../../state.js';

/** Where a guarded state file lives and who uses it; both are named in its errors. */
export interface StateFile {
  readonly stateDirectory: string;
  readonly capability: string;
  readonly lockTimeoutMs?: number;
}

/**
 * Opens the hub's state for one capability and applies its schema.
 * Commits are flushed to the disk (`synchronous = FULL`), so that what was acknowledged survives a power loss, not only a kill.
 *
 * @throws CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED
 */
export function openCapabilityState(file: StateFile, schema: string): Database.Database {
  return guardState(file, 'open its state', () => {
    const database = openHubState(file.stateDirectory, file.lockTimeoutMs);
    try {
      database.pragma('synchronous = FULL');
      database.exec(schema);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/**
 * Runs statements on the state and turns a SQLite failure into a typed one; other errors pass unchanged.
 *
 * @throws CapabilityError STATE_CORRUPT when the file is damaged, STATE_LOCKED when another connection keeps it, TOOL_FAILED for the rest
 */
export function guardState<Result>(file: StateFile, action: string, operation: () => Result): Result {
  try {
    return operation();
  } catch (error) {
    throw stateFailure(file, action, error);
  }
}

function stateFailure(file: StateFile, action: string, error: unknown): unknown {
  if (error instanceof CapabilityError) return error;
  const path = join(file.stateDirectory, 'hub.db');
  const subject = `${file.capability} could not ${action}`;
  if (error instanceof TypeError && error.message.includes('database connection is not open')) {
    return new CapabilityError('BAD_INPUT', `${subject}: it was disposed. Make a new one.`, { cause: error });
  }
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT')) {
    const remedy = 'Restore the file from a copy, or move it away to start with an empty state.';
    return new CapabilityError(
      'STATE_CORRUPT',
      `${subject}: ${path} is damaged (${error.message}). ${remedy}`,
      {
        cause: error,
      },
    );
  }
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) {
    const remedy = 'Wait for the other process to finish, or raise lockTimeoutMs.';
    return new CapabilityError(
      'STATE_LOCKED',
      `${subject}: another connection kept ${path} locked. ${remedy}`,
      { cause: error },
    );
  }
  const remedy = 'Check that the folder is writable and the disk has room.';
  return new CapabilityError(
    'TOOL_FAILED',
    `${subject}: SQLite reports ${error.code} (${error.message}). ${remedy}`,
    {
      cause: error,
    },
  );
}
