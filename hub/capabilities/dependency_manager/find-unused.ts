import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CapabilityError, Unavailable } from '../../errors.js';
import type { PlaceInFile, UnusedDependency, UnusedReport } from './dependency-types.js';

interface KnipEntry {
  readonly name: string;
  readonly line?: number;
}

/** An entry of knip's JSON report: what it found in one file. */
interface KnipIssue {
  readonly file: string;
  readonly dependencies?: readonly KnipEntry[];
  readonly devDependencies?: readonly KnipEntry[];
  readonly optionalPeerDependencies?: readonly KnipEntry[];
  readonly unlisted?: readonly KnipEntry[];
  readonly unresolved?: readonly KnipEntry[];
  readonly files?: readonly KnipEntry[];
  readonly exports?: readonly KnipEntry[];
  readonly types?: readonly KnipEntry[];
}

/**
 * What knip finds unused or unlisted. It runs in a process of its own, which reads configuration files of the root, and so
 * may run those that are code.
 *
 * @throws CapabilityError TOOL_FAILED when knip fails, INTERRUPTED when it takes longer than the time; Unavailable without knip
 */
export async function findUnused(root: string, timeoutMs: number): Promise<Omit<UnusedReport, 'durationMs'>> {
  const { issues } = parseReport(root, await runKnip(root, timeoutMs));
  const placed = (pick: (issue: KnipIssue) => readonly KnipEntry[] | undefined): readonly PlaceInFile[] =>
    issues.flatMap((issue) =>
      (pick(issue) ?? []).map(({ name, line }) => ({
        name,
        path: issue.file,
        ...(line === undefined ? {} : { line }),
      })),
    );
  return {
    source: `knip on ${root}`,
    dependencies: issues.flatMap((issue) => [
      ...unusedIn(issue, 'dependencies', issue.dependencies),
      ...unusedIn(issue, 'devDependencies', issue.devDependencies),
    ]),
    unlisted: placed(({ unlisted }) => unlisted),
    unresolved: placed(({ unresolved }) => unresolved),
    files: issues.flatMap(({ files = [] }) => files.map(({ name }) => name)),
    exports: placed(({ exports = [], types = [] }) => [...exports, ...types]),
  };
}

function unusedIn(
  { file }: KnipIssue,
  group: UnusedDependency['group'],
  entries: readonly KnipEntry[] = [],
): readonly UnusedDependency[] {
  return entries.map(({ name }) => ({ name, group, manifest: file }));
}

async function runKnip(root: string, timeoutMs: number): Promise<string> {
  const command = [
    knipPath(),
    '--directory',
    root,
    '--reporter',
    'json',
    '--no-progress',
    '--no-exit-code',
    '--no-config-hints',
  ];
  return new Promise((resolve, reject) => {
    const options = {
      cwd: root,
      // Else jiti, by which knip loads configuration files, keeps what it compiles in the root's node_modules/.cache.
      env: { ...process.env, JITI_FS_CACHE: 'false', JITI_CACHE: 'false' },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 268_435_456,
    } as const;
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.killed === true && error.signal === 'SIGKILL') {
        const message = `knip on ${root} took longer than ${timeoutMs} ms. Raise timeoutMs.`;
        reject(new CapabilityError('INTERRUPTED', message, { cause: error }));
      } else {
        const said = stderr.trim().slice(0, 1_000);
        reject(new CapabilityError('TOOL_FAILED', `knip on ${root} failed: ${said}`, { cause: error }));
      }
    });
  });
}

function parseReport(root: string, text: string): { readonly issues: readonly KnipIssue[] } {
  try {
    // Configuration files that knip loads may print lines of their own before the report.
    return JSON.parse(text.slice(text.indexOf('{"issues"'))) as { issues: KnipIssue[] };
  } catch (error) {
    const said = text.trim().slice(0, 200);
    throw new CapabilityError('TOOL_FAILED', `knip on ${root} gave no report: ${said}`, { cause: error });
  }
}

function knipPath(): string {
  const folders = createRequire(import.meta.url).resolve.paths('knip') ?? [];
  const path = folders.map((folder) => join(folder, 'knip/bin/knip.js')).find((place) => existsSync(place));
  if (path !== undefined) return path;
  throw new Unavailable('knip is not there. Install version 6 of it.');
}
