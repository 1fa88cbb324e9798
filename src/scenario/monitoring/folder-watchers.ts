import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../errors.js';
import { isGone } from './file-snapshot.js';

/** As `watch` of node:fs; tests put one that fails in its place. */
export type WatchFolder = (
  path: string,
  listener: (event: 'rename' | 'change', name: string | null) => void,
) => FSWatcher;

const watchFolder: WatchFolder = (path, listener) => watch(path, { persistent: false }, listener);

/**
 * One watcher for each folder. Node's recursive watching takes one inotify watch for each file on Linux, ignored ones too, and
 * misses what is created in a folder before it is watched; here a folder is watched before it is read.
 */
export class FolderWatchers {
  readonly #root: string;
  readonly #watchFolder: WatchFolder;
  readonly #onEvent: (path: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #failure: string | null = null;

  /** @param onEvent told of the path from the root that the operating system named, and of `''` when watching has failed */
  constructor(root: string, onEvent: (path: string) => void, open: WatchFolder = watchFolder) {
    this.#root = root;
    this.#onEvent = onEvent;
    this.#watchFolder = open;
  }

  /** Why the operating system does not tell of changes any more, such as a limit that was reached; null when it does. */
  get failure(): string | null {
    return this.#failure;
  }

  add(folder: string): void {
    if (this.#failure !== null || this.#watchers.has(folder)) return;
    try {
      const watcher = this.#watchFolder(join(this.#root, folder), (event, name) => {
        const path = name === null ? folder : folder === '' ? name : `${folder}/${name}`;
        // A folder that came back under its old name is another one, and is watched anew before it is read.
        if (event === 'rename' && path !== folder) this.#removeTree(path);
        this.#onEvent(path);
      });
      watcher.on('error', (thrown) => {
        // Windows reports a watched folder that is removed as forbidden.
        if (isGone(thrown)) this.#remove(folder);
        else this.#fail(thrown);
      });
      this.#watchers.set(folder, watcher);
    } catch (thrown) {
      if (!isGone(thrown)) this.#fail(thrown);
    }
  }

  /** Lets go of the folders that are not there any more. */
  keep(folders: ReadonlySet<string>): void {
    for (const folder of [...this.#watchers.keys()]) if (!folders.has(folder)) this.#remove(folder);
  }

  close(): void {
    for (const folder of [...this.#watchers.keys()]) this.#remove(folder);
  }

  #removeTree(folder: string): void {
    if (!this.#watchers.has(folder)) return;
    for (const known of [...this.#watchers.keys()]) {
      if (known === folder || known.startsWith(`${folder}/`)) this.#remove(known);
    }
  }

  #remove(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  #fail(thrown: unknown): void {
    this.#failure ??= messageOf(thrown);
    this.close();
    this.#onEvent('');
  }
}
