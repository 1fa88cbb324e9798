import { CapabilityError } from '../errors.js';

export type SourceLanguage = 'javascript' | 'typescript' | 'other';

/** Why a file or folder is not among the files of a workspace. */
export type SkipReason =
  | 'git-directory'
  | 'node-modules'
  | 'excluded'
  | 'extension'
  | 'declaration'
  | 'symbolic-link'
  | 'not-a-file'
  | 'too-large'
  | 'binary'
  | 'invalid-utf8'
  | 'unreadable';

export interface WorkspaceFilesOptions {
  /** Largest file taken, in bytes. @default 1048576 */
  readonly maxFileBytes?: number;
  /** Extensions taken, with or without the dot, in any case. @default js jsx mjs cjs ts tsx mts cts */
  readonly extensions?: readonly string[];
  /**
   * What to leave out: a bare name (`dist`) wherever it occurs, a path with a slash (`packages/a/build`)
   * from the root, each with all that lies below. No wildcards. @default nothing
   */
  readonly exclude?: readonly string[];
  /** Ends the walk with `INTERRUPTED`. */
  readonly signal?: AbortSignal;
}

/** The options with their defaults filled in and their forms checked. */
export interface WorkspaceFileRules {
  readonly maxFileBytes: number;
  readonly extensions: ReadonlySet<string>;
  readonly excludedNames: ReadonlySet<string>;
  readonly excludedPaths: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

export const DEFAULT_MAX_FILE_BYTES = 1_048_576;
export const DEFAULT_EXTENSIONS: readonly string[] = ['js', 'jsx', 'mjs', 'cjs', 'ts', 'tsx', 'mts', 'cts'];

/** @throws CapabilityError `BAD_INPUT` for a size that is not a positive number or a path that leaves the root */
export function resolveWorkspaceFileRules(options: WorkspaceFilesOptions = {}): WorkspaceFileRules {
  const maxFileBytes = options.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES;
  if (!(maxFileBytes > 0)) {
    throw new CapabilityError(
      'BAD_INPUT',
      `maxFileBytes is ${maxFileBytes}. Give a positive number of bytes.`,
    );
  }
  const excluded = (options.exclude ?? []).map(normaliseExclusion);
  return {
    maxFileBytes,
    extensions: new Set(
      (options.extensions ?? DEFAULT_EXTENSIONS).map((extension) =>
        extension.replace(/^\./, '').toLowerCase(),
      ),
    ),
    excludedNames: new Set(excluded.filter((path) => !path.includes('/'))),
    excludedPaths: new Set(
      excluded.filter((path) => path.includes('/')).map((path) => path.replace(/^\//, '')),
    ),
    signal: options.signal,
  };
}

/** Keeps a leading slash, which ties a bare name to the root. */
function normaliseExclusion(pattern: string): string {
  const path = pattern
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '/')
    .replace(/\/+$/, '');
  if (path === '' || path.includes('*') || path.split('/').includes('..')) {
    throw new CapabilityError(
      'BAD_INPUT',
      `exclude holds "${pattern}". Give a name (dist) or a path below the root (packages/a/dist), without wildcards.`,
    );
  }
  return path;
}

/** The rule that leaves out a folder with all below it, or undefined when it is walked. */
export function folderSkipReason(
  path: string,
  name: string,
  rules: WorkspaceFileRules,
): SkipReason | undefined {
  if (name === '.git') return 'git-directory';
  if (name === 'node_modules') return 'node-modules';
  return isExcluded(path, name, rules) ? 'excluded' : undefined;
}

/** The rule that leaves out a file by its name alone, or undefined when its content decides. */
export function fileNameSkipReason(
  path: string,
  name: string,
  rules: WorkspaceFileRules,
): SkipReason | undefined {
  // In a linked worktree or a submodule `.git` is a file.
  if (name === '.git') return 'git-directory';
  if (isExcluded(path, name, rules)) return 'excluded';
  if (!rules.extensions.has(extensionOf(name))) return 'extension';
  return isDeclarationFile(name) ? 'declaration' : undefined;
}

export function languageOf(name: string): SourceLanguage {
  const extension = extensionOf(name);
  if (/^[cm]?jsx?$/.test(extension)) return 'javascript';
  return /^[cm]?tsx?$/.test(extension) ? 'typescript' : 'other';
}

function isExcluded(path: string, name: string, rules: WorkspaceFileRules): boolean {
  return rules.excludedNames.has(name) || rules.excludedPaths.has(path);
}

/** `a.d.ts`, `a.d.mts` and the form for other files, `a.d.css.ts`. */
function isDeclarationFile(name: string): boolean {
  return /\.d(\.[^.]+)?\.[cm]?ts$/i.test(name);
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
