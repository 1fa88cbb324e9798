import { requireFunction, requireKnownOptions, requireName } from '../engine-options.js';
import { requireNumber } from '../load/load-numbers.js';

export interface FileChange {
  /** From the root, with `/`. */
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'removed';
}

export interface FileWatchOptions {
  /** The folder that is watched. Symbolic links in it are not followed. */
  readonly root: string;
  /** Events that follow each other so closely are one batch, in milliseconds. @default 100 */
  readonly debounceMs?: number;
  /** Time between two looks where the operating system does not tell, in milliseconds. @default 1000 */
  readonly pollMs?: number;
  /**
   * Files and folders that are left out, by their path from the root, with `/`.
   *
   * @default everything named `.git`, `node_modules` or `.realworld`
   */
  readonly ignore?: (path: string) => boolean;
  /** Files that are watched at most; the result says when there are more. @default 100000 */
  readonly filesMax?: number;
  /** Given at most 1,000 changes at once, one batch after the other. */
  readonly onChange: (changes: readonly FileChange[]) => unknown;
}

const ignored = new Set(['.git', 'node_modules', '.realworld']);

export function ignoreByDefault(path: string): boolean {
  return ignored.has(path.slice(path.lastIndexOf('/') + 1));
}

/** @throws RealWorldError `ENGINE_INVALID`, naming the option */
export function requireFileWatchOptions(call: string, options: FileWatchOptions): void {
  requireKnownOptions(`${call}: files`, options, [
    'root',
    'debounceMs',
    'pollMs',
    'ignore',
    'filesMax',
    'onChange',
  ]);
  const { root, debounceMs, pollMs, ignore, filesMax, onChange } = options;
  requireName(call, 'files.root', root);
  requireFunction(call, 'files.onChange', onChange);
  if (ignore !== undefined) requireFunction(call, 'files.ignore', ignore);
  if (debounceMs !== undefined)
    requireNumber(call, 'files.debounceMs', debounceMs, { least: 0, most: 60_000 });
  if (pollMs !== undefined) requireNumber(call, 'files.pollMs', pollMs, { least: 1 });
  if (filesMax !== undefined) requireNumber(call, 'files.filesMax', filesMax, { least: 1 });
}
