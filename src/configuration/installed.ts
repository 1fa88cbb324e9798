import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A package as it lies on this machine. */
export interface InstalledPackage {
  /** Absolute path of its folder, links followed. */
  readonly directory: string;
  readonly version: string;
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** The package that a module in a folder would get, or null when there is none. */
export function findPackage(name: string, folder: string): InstalledPackage | null {
  try {
    return readPackage(createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`));
  } catch {
    // Not installed, or one that keeps its manifest to itself: either way there is nothing to be found.
    return null;
  }
}

/** This package itself. */
export function findOwnPackage(): InstalledPackage {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return readPackage(join(folder, 'package.json'));
}

function readPackage(path: string): InstalledPackage {
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  return { directory: dirname(path), version: String(manifest.version), manifest };
}

/** The program that a package installs under its own name, or null when it has none. */
export function findProgram(name: string, { directory, manifest }: InstalledPackage): string | null {
  const bin: unknown = manifest.bin;
  const program = typeof bin === 'object' && bin !== null ? (bin as Record<string, unknown>)[name] : bin;
  return typeof program === 'string' ? resolve(directory, program) : null;
}

/** The Vitest of a folder, else the one that is installed beside this package. */
export function findVitestPackage(folder: string): InstalledPackage | null {
  return findPackage('vitest', folder) ?? findPackage('vitest', findOwnPackage().directory);
}

/** What is used here of Vite. */
export interface Vite {
  readonly version: string;
  readonly loadConfigFromFile: (
    environment: { readonly command: 'serve'; readonly mode: string },
    file: string,
    root: string,
    logLevel: 'silent',
    logger: undefined,
    loader: 'runner',
  ) => Promise<{ readonly config: object; readonly dependencies: readonly string[] } | null>;
  readonly parseAst: (source: string, options?: { readonly lang: 'ts' }) => unknown;
}

/** The Vite that the Vitest of a folder works with, or null when there is none. It takes a moment to load. */
export async function loadVite(folder: string): Promise<Vite | null> {
  const vitest = findVitestPackage(folder);
  if (vitest === null) return null;
  const path = createRequire(join(vitest.directory, 'package.json')).resolve('vite');
  return (await import(pathToFileURL(path).href)) as Vite;
}
