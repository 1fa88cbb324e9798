import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { resolveOptions } from '../options.js';
import { SessionStore } from '../storage/session-store.js';
import { UsageError } from './usage-error.js';

/** What a command has to do with outside of its arguments. */
export interface Surroundings {
  /** Absolute path that relative ones begin at. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly colors: boolean;
}

/**
 * The database that is named, else that of the environment, else the usual one.
 *
 * @returns an absolute path
 */
export function resolveDatabase(named: string | undefined, { directory, environment }: Surroundings): string {
  const { REALWORLD_TESTING_DB } = environment;
  return resolve(directory, named ?? resolveOptions({}, { REALWORLD_TESTING_DB }).database);
}

/** The tool's folder that is named, else the usual one. @returns an absolute path */
export function resolveDirectory(named: string | undefined, { directory }: Surroundings): string {
  return resolve(directory, named ?? resolveOptions({}, {}).directory);
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
  const path = resolveDatabase(named, surroundings);
  if (!existsSync(path)) {
    throw new UsageError(
      `There is no database ${path}. Run the scenarios first (npx vitest run --project realworld), or name another with --db PATH.`,
    );
  }
  const store = new SessionStore(path, { onNotice: (sentence) => surroundings.complain(`${sentence}\n`) });
  try {
    return read(store);
  } finally {
    store.close();
  }
}
