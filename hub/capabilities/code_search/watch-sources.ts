import { lstatSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { AsyncSubscription, Event } from '@parcel/watcher';
import { CapabilityError, Unavailable } from '../../errors.js';
import { isSourcePath, type WorkspaceFilesOptions } from '../../files/workspace-files.js';

export interface WatchOptions {
  /** How long no change may come before those gathered are reported, in milliseconds. @default 100 */
  readonly debounceMs?: number;
  /**
   * Takes a failure of the watcher or of `onChange`. Without it the failure is thrown where nothing catches it, as an
   * `error` event without a listener is.
   */
  readonly onError?: (error: unknown) => void;
}

interface WatchSourcesOptions extends WatchOptions {
  readonly root: string;
  readonly fileOptions: WorkspaceFilesOptions;
  /** Whether the index holds a file, or files below a folder, of this path. */
  readonly isIndexed: (path: string) => boolean;
  readonly onChange: (paths: readonly string[]) => void | Promise<void>;
}

/** Watches a tree for changes that matter to its index and reports them in sorted batches, one at a time. */
export async function watchSources(options: WatchSourcesOptions): Promise<() => Promise<void>> {
  const { isIndexed, onChange, fileOptions, debounceMs = 100 } = options;
  const fail = options.onError ?? throwUncaught;
  // Events carry real paths, also when the root was given through a link.
  const root = realpathSync(options.root);
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let reporting: Promise<void> = Promise.resolve();

  const report = (): void => {
    const paths = [...changed].sort();
    changed.clear();
    reporting = reporting.then(() => onChange(paths)).catch(fail);
  };
  const gather = (events: readonly Event[]): void => {
    for (const { path, type } of events) {
      const below = relative(root, path).split(sep).join('/');
      if (isIndexed(below) || isSourcePath(below, fileOptions) || (type === 'create' && isFolder(path))) {
        changed.add(below);
      }
    }
    if (changed.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(report, debounceMs);
  };
  const subscription = await subscribe(root, gather, fail);
  return async () => {
    await subscription.unsubscribe();
    clearTimeout(timer);
    await reporting;
  };
}

async function subscribe(
  root: string,
  gather: (events: readonly Event[]) => void,
  fail: (error: unknown) => void,
): Promise<AsyncSubscription> {
  const { default: watcher } = await import('@parcel/watcher').catch((cause: unknown) => {
    throw new Unavailable(
      '@parcel/watcher has no build for this machine. Install it anew with its optional packages.',
      {
        cause,
      },
    );
  });
  try {
    return await watcher.subscribe(
      root,
      (error, events) => {
        if (error === null) gather(events);
        else
          fail(
            new CapabilityError('TOOL_FAILED', `Watching ${root} failed: ${error.message}`, { cause: error }),
          );
      },
      { ignore: ['**/.git/**', '**/node_modules/**'] },
    );
  } catch (cause) {
    throw new CapabilityError(
      'TOOL_FAILED',
      `${root} cannot be watched: ${String(cause)}. Check that it exists and the limit of watches of the system.`,
      { cause },
    );
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function throwUncaught(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
