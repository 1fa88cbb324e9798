import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { type ConfigFile, type ResolvedOptions, settleOptions } from '../options.js';
import { SessionStore } from '../storage/session-store.js';
import { UsageError } from './usage-error.js';

/** What a command has to do with outside of its arguments. */
export interface Surroundings {
  /** Absolute path that relative ones begin at. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `print` leads to, for what is too long to be printed at once. */
  readonly output: Writable;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly colors: boolean;
  /** The folder's configuration file, read; it throws when that cannot be used. Left out, there is none. */
  readonly configFile?: () => ConfigFile | null;
}

/**
 * The database that is named, else that of the environment, else that of the configuration file, else the usual one.
 *
 * @returns an absolute path
 * @throws RealWorldError `OPTIONS_INVALID` when the configuration file cannot be used
 */
export function resolveDatabase(named: string | undefined, surroundings: Surroundings): string {
  const { REALWORLD_TESTING_DB } = surroundings.environment;
  return resolve(
    surroundings.directory,
    named ?? settleHere(surroundings, { REALWORLD_TESTING_DB }).database,
  );
}

/** The tool's folder that is named, else as with the database. @returns an absolute path */
export function resolveDirectory(named: string | undefined, surroundings: Surroundings): string {
  const { REALWORLD_TESTING_DIRECTORY } = surroundings.environment;
  return resolve(
    surroundings.directory,
    named ?? settleHere(surroundings, { REALWORLD_TESTING_DIRECTORY }).directory,
  );
}

/** What a command that reads goes by. What the plugin was given is not known without loading Vitest's configuration. */
function settleHere({ configFile }: Surroundings, environment: Surroundings['environment']): ResolvedOptions {
  return settleOptions({ file: configFile?.() ?? null, environment }).options;
}

/**
 * Opens a database to read from it; none is made by looking.
 *
 * @throws UsageError when there is none, RealWorldError as `openDatabase`
 */
export function readingFrom<Result>(
  named: string | undefined,
  surroundings: Surroundings,
  read: (store: SessionStore) => Result,
): Result {
  const path = existingDatabase(named, surroundings);
  const store = new SessionStore(path, { onNotice: (sentence) => surroundings.complain(`${sentence}\n`) });
  try {
    return read(store);
  } finally {
    store.close();
  }
}

/** As `readingFrom`, for work that takes turns with other work. */
export async function workingOn<Result>(
  named: string | undefined,
  surroundings: Surroundings,
  work: (store: SessionStore) => Promise<Result>,
): Promise<Result> {
  const path = existingDatabase(named, surroundings);
  const store = new SessionStore(path, { onNotice: (sentence) => surroundings.complain(`${sentence}\n`) });
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

/**
 * The path of a database that is there.
 *
 * @throws UsageError when there is none
 */
export function existingDatabase(named: string | undefined, surroundings: Surroundings): string {
  const path = resolveDatabase(named, surroundings);
  if (existsSync(path)) return path;
  throw new UsageError(
    `There is no database ${path}. Run the scenarios first (npx vitest run --project realworld), or name another with --db PATH.`,
  );
}
