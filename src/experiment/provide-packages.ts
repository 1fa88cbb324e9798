import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { ExperimentError } from './experiment-error.js';
import { lastLines, runProcess } from './run-process.js';

export interface PackagesRequest {
  /** Absolute paths of the working trees. */
  readonly headRoot: string;
  readonly baseRoot: string;
  /** The project's folder in both; empty when it is the root. */
  readonly projectPath: string;
  /** The user's command; left out, the lock file tells. */
  readonly install?: string | undefined;
  readonly signal: AbortSignal;
}

/** The lock files, and how each is installed from without being changed. */
const lockFiles: ReadonlyMap<string, string> = new Map([
  ['package-lock.json', 'npm ci'],
  ['npm-shrinkwrap.json', 'npm ci'],
  ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile'],
  ['yarn.lock', 'yarn install --frozen-lockfile'],
]);

/**
 * Gives base its packages: head's own when both ask for the same, else by installing.
 *
 * @returns where they came from, in a sentence
 * @throws ExperimentError `COMMAND_FAILED` when installing failed, `PACKAGES_UNKNOWN` when there is no lock file to install from
 */
export async function providePackages(request: PackagesRequest): Promise<string> {
  const { headRoot, baseRoot, projectPath, signal } = request;
  if (request.install === undefined && mayShare(request)) {
    for (const folder of foldersDownTo(projectPath)) {
      const own = join(headRoot, folder, 'node_modules');
      const shared = join(baseRoot, folder, 'node_modules');
      if (!existsSync(own) || existsSync(shared)) continue;
      mkdirSync(dirname(shared), { recursive: true });
      symlinkSync(own, shared, 'junction');
    }
    return "Base uses head's node_modules: package.json and lock file are the same in both.";
  }
  const { command, folder } = installCommand(request);
  await runCommand(command, join(baseRoot, folder), signal);
  return `Base's packages were installed with: ${command}`;
}

/**
 * Runs a command that somebody typed.
 *
 * @throws ExperimentError `COMMAND_FAILED` with the last lines of what it said
 */
export async function runCommand(command: string, directory: string, signal: AbortSignal): Promise<void> {
  const end = await runProcess({ command, arguments: [], directory, shell: true, signal });
  if (end.exitCode === 0) return;
  throw new ExperimentError(
    'COMMAND_FAILED',
    `"${command}" ended with ${end.exitCode ?? 'a signal'} in ${directory}:\n${lastLines(end.output)}`,
  );
}

function installCommand({ install, baseRoot, projectPath }: PackagesRequest): {
  readonly command: string;
  readonly folder: string;
} {
  // The lock file next to the project wins; a monorepo has one at its root.
  for (const folder of [...foldersDownTo(projectPath)].reverse()) {
    for (const [name, command] of lockFiles) {
      if (existsSync(join(baseRoot, folder, name))) return { command: install ?? command, folder };
    }
  }
  if (install !== undefined) return { command: install, folder: projectPath };
  throw new ExperimentError(
    'PACKAGES_UNKNOWN',
    "Base asks for other packages than head and has no lock file, so its packages are not known. Name a command with --install, such as --install 'npm install'.",
  );
}

function mayShare({ headRoot, baseRoot, projectPath }: PackagesRequest): boolean {
  const folders = foldersDownTo(projectPath);
  const names = ['package.json', ...lockFiles.keys()];
  const same = folders.every((folder) =>
    names.every(
      (name) => readOrNull(join(headRoot, folder, name)) === readOrNull(join(baseRoot, folder, name)),
    ),
  );
  const existing = folders.map((folder) => join(headRoot, folder, 'node_modules')).filter(existsSync);
  return same && existing.length > 0 && !existing.some((path) => leadsInto(path, headRoot));
}

/** Workspace packages are links into the working tree: base would run head's code through them. */
function leadsInto(packages: string, root: string): boolean {
  const ownRoot = realpathSync(root) + sep;
  const ownPackages = realpathSync(packages) + sep;
  const entries = readdirSync(packages).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(packages, name)).map((inner) => join(name, inner)) : [name],
  );
  return entries.some((entry) => {
    const path = join(packages, entry);
    if (!lstatSync(path).isSymbolicLink() || !existsSync(path)) return false;
    const target = realpathSync(path) + sep;
    return (
      target.startsWith(ownRoot) &&
      !target.startsWith(ownPackages) &&
      !target.includes(`${sep}node_modules${sep}`)
    );
  });
}

/** `a/b` leads through the root, `a` and `a/b`. */
function foldersDownTo(projectPath: string): readonly string[] {
  const parts = projectPath.split(/[\\/]/).filter((part) => part !== '');
  return ['', ...parts.map((_, index) => join(...parts.slice(0, index + 1)))];
}

function readOrNull(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
