import { isUtf8 } from 'node:buffer';
import { type Dirent, lstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CapabilityError } from '../errors.js';
import { createTurnTaker } from './turn-taking.js';
import {
  fileNameSkipReason,
  folderSkipReason,
  languageOf,
  resolveWorkspaceFileRules,
  type SkipReason,
  type SourceLanguage,
  type WorkspaceFileRules,
  type WorkspaceFilesOptions,
} from './workspace-file-rules.js';

export type { SkipReason, SourceLanguage, WorkspaceFilesOptions } from './workspace-file-rules.js';

export interface WorkspaceFile {
  /** Relative to the root, with `/` between the parts. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly language: SourceLanguage;
}

/** A workspace file with its content, decoded from UTF-8 without a byte order mark. */
export interface WorkspaceSource extends WorkspaceFile {
  readonly text: string;
}

/** A file, or a folder with all below it, that was left out. */
export interface SkippedEntry {
  /** Relative to the root, with `/` between the parts; a folder ends in `/`. */
  readonly path: string;
  readonly reason: SkipReason;
  /** What more is known: the size, or the message of the operating system. */
  readonly detail?: string;
}

export interface WorkspaceFiles {
  /** Sorted by path, in code unit order. */
  readonly files: readonly WorkspaceFile[];
  /** Sorted by path, in code unit order. */
  readonly skipped: readonly SkippedEntry[];
}

export interface WorkspaceSources {
  readonly files: readonly WorkspaceSource[];
  readonly skipped: readonly SkippedEntry[];
}

/**
 * Lists every source file below a root, and all that was left out with its reason.
 *
 * Left out: `.git` and `node_modules` below the root (the root itself may lie inside one), symbolic links, declaration
 * files, other extensions, binary files, invalid UTF-8, files over the size limit, what cannot be read, what `exclude` names.
 *
 * @throws CapabilityError `NOT_FOUND` when the root does not exist, is no folder or cannot be read; `INTERRUPTED`
 * when the signal aborts; `BAD_INPUT` for options that make no sense
 */
export async function listWorkspaceFiles(
  root: string,
  options: WorkspaceFilesOptions = {},
): Promise<WorkspaceFiles> {
  const files: WorkspaceFile[] = [];
  const skipped = await walk(root, options, ({ path, sizeBytes, language }) => {
    files.push({ path, sizeBytes, language });
  });
  return { files: sortByPath(files), skipped };
}

/** Does what {@link listWorkspaceFiles} does and hands over each file's text, read once. All texts are held in memory. */
export async function readWorkspaceSources(
  root: string,
  options: WorkspaceFilesOptions = {},
): Promise<WorkspaceSources> {
  const files: WorkspaceSource[] = [];
  const skipped = await walk(root, options, (source) => files.push(source));
  return { files: sortByPath(files), skipped };
}

/** Does what {@link readWorkspaceSources} does for one folder below the root; paths stay relative to the root. */
export async function readWorkspaceSourcesBelow(
  root: string,
  folder: string,
  options: WorkspaceFilesOptions = {},
): Promise<WorkspaceSources> {
  const files: WorkspaceSource[] = [];
  const skipped = await walk(root, options, (source) => files.push(source), folder);
  return { files: sortByPath(files), skipped };
}

/** Whether the rules take a file by its path alone; its content may still leave it out. */
export function isSourcePath(path: string, options: WorkspaceFilesOptions = {}): boolean {
  const rules = resolveWorkspaceFileRules(options);
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  return (
    fileNameSkipReason(path, name, rules) === undefined &&
    parts.slice(0, -1).every((part, depth) => {
      return folderSkipReason(parts.slice(0, depth + 1).join('/'), part, rules) === undefined;
    })
  );
}

/**
 * Reads one file by the rules of the walk: its source, the reason it is left out (the file's or that of a folder above
 * it), `'folder'` for a folder that would be walked, or undefined when it is not there.
 *
 * @param path relative to the root, with `/` between the parts
 * @throws CapabilityError `BAD_INPUT` for a path outside the root
 */
export function readWorkspaceSource(
  root: string,
  path: string,
  options: WorkspaceFilesOptions = {},
): WorkspaceSource | SkippedEntry | 'folder' | undefined {
  const rules = resolveWorkspaceFileRules(options);
  const parts = path.split('/');
  if (parts.some((part) => part === '..' || part === '.' || part === '')) {
    throw new CapabilityError(
      'BAD_INPUT',
      `"${path}" is no path below ${root}. Give it relative to that root.`,
    );
  }
  for (let depth = 1; depth < parts.length; depth += 1) {
    const folder = parts.slice(0, depth).join('/');
    const reason =
      folderSkipReason(folder, parts[depth - 1] ?? '', rules) ??
      (statOf(join(root, folder))?.isSymbolicLink() ? 'symbolic-link' : undefined);
    if (reason !== undefined) return { path: `${folder}/`, reason };
  }
  const stats = statOf(join(root, path));
  if (stats === undefined) return undefined;
  const name = parts.at(-1) ?? '';
  if (!stats.isDirectory()) return examineFile(resolve(root), path, name, stats, rules);
  const reason = folderSkipReason(path, name, rules);
  return reason === undefined ? 'folder' : { path: `${path}/`, reason };
}

async function walk(
  root: string,
  options: WorkspaceFilesOptions,
  take: (source: WorkspaceSource) => void,
  start = '',
): Promise<readonly SkippedEntry[]> {
  const rules = resolveWorkspaceFileRules(options);
  const base = resolve(root);
  const skipped: SkippedEntry[] = [];
  const turns = createTurnTaker();
  const waiting: { readonly path: string; readonly entries: readonly Dirent[] }[] = [
    { path: start, entries: readRoot(join(base, start)) },
  ];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of folder.entries) {
      throwIfAborted(rules.signal, base);
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      if (entry.isDirectory()) {
        const reason = folderSkipReason(path, entry.name, rules);
        const entries = reason === undefined ? readFolder(base, path) : { path: `${path}/`, reason };
        if ('reason' in entries) skipped.push(entries);
        else waiting.push({ path, entries });
      } else {
        const outcome = examineFile(base, path, entry.name, entry, rules);
        if ('reason' in outcome) skipped.push(outcome);
        else take(outcome);
      }
      if (turns.isDue()) await turns.takeTurn();
    }
  }
  return sortByPath(skipped);
}

function examineFile(
  base: string,
  path: string,
  name: string,
  kind: Dirent | Stats,
  rules: WorkspaceFileRules,
): WorkspaceSource | SkippedEntry {
  // A link is left out: its target is either walked under its own name or not part of the workspace.
  if (kind.isSymbolicLink()) return { path, reason: 'symbolic-link' };
  if (!kind.isFile()) return { path, reason: 'not-a-file' };
  const reason = fileNameSkipReason(path, name, rules);
  if (reason !== undefined) return { path, reason };
  try {
    const { size } = statSync(join(base, path));
    if (size > rules.maxFileBytes) {
      return { path, reason: 'too-large', detail: `${size} bytes, the limit is ${rules.maxFileBytes}` };
    }
    const content = readFileSync(join(base, path));
    if (content.includes(0)) return { path, reason: 'binary', detail: 'holds a NUL byte' };
    if (!isUtf8(content)) return { path, reason: 'invalid-utf8' };
    const text = content.toString('utf8').replace(/^\uFEFF/, '');
    return { path, sizeBytes: content.length, language: languageOf(name), text };
  } catch (error) {
    return { path, reason: 'unreadable', detail: messageOf(error) };
  }
}

function readRoot(base: string): readonly Dirent[] {
  try {
    return readdirSync(base, { withFileTypes: true });
  } catch (error) {
    throw new CapabilityError(
      'NOT_FOUND',
      `${base} cannot be walked: ${messageOf(error)}. Give the path of a folder that exists and can be read.`,
      { cause: error },
    );
  }
}

function readFolder(base: string, path: string): readonly Dirent[] | SkippedEntry {
  try {
    return readdirSync(join(base, path), { withFileTypes: true });
  } catch (error) {
    return { path: `${path}/`, reason: 'unreadable', detail: messageOf(error) };
  }
}

/** The file's own status, links unfollowed; undefined when nothing is there. */
function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function throwIfAborted(signal: AbortSignal | undefined, base: string): void {
  if (signal?.aborted) {
    throw new CapabilityError(
      'INTERRUPTED',
      `The walk of ${base} was aborted. Start it again for a whole result.`,
      {
        cause: signal.reason,
      },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sortByPath<Entry extends { readonly path: string }>(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
