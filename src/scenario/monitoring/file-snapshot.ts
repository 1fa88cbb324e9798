import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileChange } from './file-watch-options.js';

/** What tells one content of a file from another without reading it. */
export interface FileMark {
  readonly mtimeMs: number;
  readonly sizeBytes: number;
  readonly inode: number;
}

export interface FileSnapshot {
  /** By the path from the root, with `/`. */
  readonly files: ReadonlyMap<string, FileMark>;
  /** When the look began, in milliseconds since 1970 on the clock of the file system. */
  readonly beganAtMs: number;
  /** False when there are more files than may be watched. */
  readonly complete: boolean;
}

export interface SnapshotOptions {
  readonly root: string;
  readonly ignore: (path: string) => boolean;
  readonly filesMax: number;
  /** Told of every folder before it is read, so that a watcher set there misses nothing. `''` is the root. */
  readonly onFolder?: (path: string) => void;
}

/** File systems note the time of a change in steps of up to so many milliseconds. */
export const timeGrainMs = 20;

/**
 * Looks at every regular file below a folder. Symbolic links are not followed, so that it never leaves the folder; what vanishes
 * while it looks is not there.
 */
export async function takeSnapshot(options: SnapshotOptions): Promise<FileSnapshot> {
  const beganAtMs = Date.now();
  const files = new Map<string, FileMark>();
  const folders = [''];
  let complete = true;
  for (const folder of folders) {
    options.onFolder?.(folder);
    const entries = await readFolder(join(options.root, folder));
    const regular: string[] = [];
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (options.ignore(path)) continue;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) regular.push(path);
    }
    if (files.size + regular.length > options.filesMax) complete = false;
    const looked = regular.slice(0, options.filesMax - files.size);
    const marks = await Promise.all(looked.map((path) => markOf(join(options.root, path))));
    looked.forEach((path, index) => {
      const mark = marks[index];
      if (mark !== null && mark !== undefined) files.set(path, mark);
    });
  }
  return { files, beganAtMs, complete };
}

/**
 * What is different in the later of two snapshots, in order of the paths.
 *
 * @param told paths that the operating system named; such a file counts as changed also where it looks the same, when it was written
 *   so shortly before the earlier look that its time cannot tell
 */
export function compareSnapshots(
  earlier: FileSnapshot,
  later: FileSnapshot,
  told: ReadonlySet<string> = new Set(),
): readonly FileChange[] {
  const changes: FileChange[] = [];
  for (const [path, mark] of later.files) {
    const before = earlier.files.get(path);
    if (before === undefined) changes.push({ path, kind: 'added' });
    else if (
      isDifferent(before, mark) ||
      (told.has(path) && before.mtimeMs > earlier.beganAtMs - timeGrainMs)
    )
      changes.push({ path, kind: 'changed' });
  }
  for (const path of earlier.files.keys()) {
    if (!later.files.has(path)) changes.push({ path, kind: 'removed' });
  }
  return changes.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function isDifferent(before: FileMark, after: FileMark): boolean {
  return (
    before.mtimeMs !== after.mtimeMs || before.sizeBytes !== after.sizeBytes || before.inode !== after.inode
  );
}

async function readFolder(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (thrown) {
    if (isGone(thrown)) return [];
    throw thrown;
  }
}

async function markOf(path: string): Promise<FileMark | null> {
  try {
    const { mtimeMs, size, ino } = await lstat(path);
    return { mtimeMs, sizeBytes: size, inode: ino };
  } catch (thrown) {
    if (isGone(thrown)) return null;
    throw thrown;
  }
}

/** Whether something is no longer there, or no longer the folder that it was. */
export function isGone(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
