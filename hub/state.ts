import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * Opens the one SQLite file in which the capabilities of a hub keep their state.
 * Each capability owns tables that begin with its name and holds a connection of its own.
 *
 * @param stateDirectory folder of the hub's state; made when missing
 * @param lockTimeoutMs how long a statement waits for another connection's lock, in milliseconds
 */
export function openHubState(stateDirectory: string, lockTimeoutMs = 5_000): Database.Database {
  mkdirSync(stateDirectory, { recursive: true });
  const database = new Database(join(stateDirectory, 'hub.db'), { timeout: lockTimeoutMs });
  database.pragma('journal_mode = WAL');
  database.pragma('foreign_keys = ON');
  return database;
}
