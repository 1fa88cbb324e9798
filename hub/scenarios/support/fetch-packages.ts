import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readTarEntries } from './tar-entries.js';

/** Files wanted of one published version. */
export interface WantedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly files: readonly string[];
}

export interface FetchedPackages {
  /** Text of each file that is there, by `name@version/path`. */
  readonly sources: ReadonlyMap<string, string>;
  /** What could not be had, by `name@version`, with the reason. */
  readonly missing: ReadonlyMap<string, string>;
  /** Number of versions asked of the registry; the others were in the cache. */
  readonly downloaded: number;
}

export interface FetchOptions {
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  /** Time for one run of npm, which fetches up to eight versions. @default 60 s */
  readonly timeoutMs?: number;
  /** @default the one that npm is set up with */
  readonly registry?: string;
}

const run = promisify(execFile);
const VERSIONS_A_RUN = 8;
const RUNS_AT_ONCE = 2;

/**
 * Reads files of published package versions, through npm and a cache. Nothing is installed or run: the archive is
 * fetched by `npm pack`, compared with its recorded checksum, and the wanted files are read out of it.
 */
export async function fetchPackages(
  wanted: readonly WantedPackage[],
  options: FetchOptions,
): Promise<FetchedPackages> {
  const missing = new Map<string, string>();
  const absent = wanted.filter((one) => !existsSync(folderOf(one, options.cacheFolder)));
  const queue: WantedPackage[][] = [];
  for (let start = 0; start < absent.length; start += VERSIONS_A_RUN) {
    queue.push(absent.slice(start, start + VERSIONS_A_RUN));
  }
  const work = async () => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      const failure = await fetchBatch(batch, options, missing);
      // Without a registry each further run would only wait for it again.
      if (failure === 'unreachable') {
        for (const one of queue.splice(0).flat()) missing.set(keyOf(one), 'the registry cannot be reached');
      }
    }
  };
  await Promise.all(Array.from({ length: RUNS_AT_ONCE }, work));
  const sources = new Map<string, string>();
  for (const one of wanted) {
    for (const file of one.files) {
      const path = join(folderOf(one, options.cacheFolder), file);
      if (existsSync(path)) sources.set(`${keyOf(one)}/${file}`, readFileSync(path, 'utf8'));
      else if (!missing.has(keyOf(one))) missing.set(keyOf(one), `${file} is not in the archive`);
    }
  }
  return { sources, missing, downloaded: absent.length };
}

export function keyOf({ name, version }: Pick<WantedPackage, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

/** The checksum is part of the name, so that another archive of the same version is not taken for this one. */
function folderOf(one: WantedPackage, cacheFolder: string): string {
  const checksum = createHash('sha256').update(one.integrity).digest('hex').slice(0, 16);
  return join(cacheFolder, `${keyOf(one).replace('/', '+')}-${checksum}`);
}

async function fetchBatch(
  batch: readonly WantedPackage[],
  options: FetchOptions,
  missing: Map<string, string>,
): Promise<'fetched' | 'unreachable'> {
  mkdirSync(options.cacheFolder, { recursive: true });
  const folder = mkdtempSync(join(options.cacheFolder, '.fetching-'));
  try {
    const failure = await pack(batch.map(keyOf), folder, options);
    if (failure === 'unreachable') {
      for (const one of batch) missing.set(keyOf(one), 'the registry cannot be reached');
      return 'unreachable';
    }
    // One version that is gone fails the whole run; the others are then asked for one by one.
    if (failure !== undefined && batch.length > 1) {
      for (const one of batch) {
        if ((await fetchBatch([one], options, missing)) === 'unreachable') return 'unreachable';
      }
      return 'fetched';
    }
    const archives = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    for (const one of batch) keepFiles(one, archives, folder, options.cacheFolder, missing, failure);
    return 'fetched';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns undefined when npm fetched all, else what went wrong */
async function pack(
  specifiers: readonly string[],
  folder: string,
  { signal, timeoutMs = 60_000, registry }: FetchOptions,
): Promise<string | undefined> {
  try {
    await run(
      'npm',
      [
        'pack',
        ...specifiers,
        '--ignore-scripts',
        '--loglevel=error',
        ...(registry === undefined ? [] : ['--registry', registry]),
        '--fetch-retries=0',
        '--pack-destination',
        folder,
      ],
      { signal, timeout: timeoutMs, cwd: folder },
    );
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    const text =
      error instanceof Error && 'stderr' in error
        ? `${error.message} ${String(error.stderr)}`
        : String(error);
    const isUnreachable =
      /ENOENT|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(text);
    return isUnreachable ? 'unreachable' : 'npm could not fetch it';
  }
}

function keepFiles(
  one: WantedPackage,
  archives: readonly Buffer[],
  folder: string,
  cacheFolder: string,
  missing: Map<string, string>,
  failure: string | undefined,
): void {
  const archive = archives.find(
    (bytes) => `sha512-${createHash('sha512').update(bytes).digest('base64')}` === one.integrity,
  );
  if (archive === undefined) {
    missing.set(keyOf(one), failure ?? 'the archive does not have the recorded checksum');
    return;
  }
  const ready = mkdtempSync(join(folder, 'ready-'));
  for (const [path, bytes] of readTarEntries(archive, new Set(one.files))) {
    mkdirSync(dirname(join(ready, path)), { recursive: true });
    writeFileSync(join(ready, path), bytes);
  }
  // Another worker may have been faster; both hold the same bytes.
  if (!existsSync(folderOf(one, cacheFolder))) renameSync(ready, folderOf(one, cacheFolder));
}
