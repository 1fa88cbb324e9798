import {
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import { CapabilityError } from '../../errors.js';
import { type CoveredTest, type DebugTest, runCovered } from './covered-tests.js';
import { type ParsedError, parseError } from './parse-error.js';
import { type RankedFunction, rankFunctions, type SuspectFunction } from './rank-functions.js';
import { type OriginalPosition, SourcePositions } from './source-positions.js';

export interface LocaliseOptions {
  readonly tests: readonly DebugTest[];
  /** Files whose functions are suspected: absolute paths, or relative to `root`. JavaScript that Node can load. */
  readonly sources: readonly string[];
  /** Folder that tests load from. @default the folder of the first source */
  readonly root?: string;
  /** For one test, in milliseconds. @default 2000 */
  readonly timeoutMs?: number;
  /** How often all tests run; one whose outcome changes is left out as unstable. @default 2 */
  readonly repeats?: number;
  /** Most functions wanted. @default 20 */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export interface Localisation {
  /** Most suspicious first. */
  readonly suspects: readonly (SuspectFunction & { readonly original?: OriginalPosition })[];
  readonly passed: number;
  readonly failed: readonly {
    readonly name: string;
    readonly outcome: CoveredTest['outcome'];
    readonly message: string;
  }[];
  /** Tests that passed once and failed another time; they say nothing and are left out. */
  readonly unstable: readonly string[];
  /** Tests that ended their process, so that what they called is not known. */
  readonly withoutCoverage: readonly string[];
  /** Sources that do not load by themselves, with the reason. */
  readonly notLoaded: readonly { readonly path: string; readonly reason: string }[];
  readonly durationMs: number;
}

export interface VerifyFixOptions extends Pick<LocaliseOptions, 'tests' | 'timeoutMs' | 'signal'> {
  /** Folder that tests load from; it is copied, never written. */
  readonly root: string;
  /** New content of files below the root. */
  readonly fix: readonly { readonly path: string; readonly content: string }[];
}

export interface FixVerdict {
  /** `fixed`: every test that failed passes, none that passed fails. `partly`: some do. `breaks`: a test that passed fails. */
  readonly verdict: 'fixed' | 'partly' | 'noEffect' | 'breaks' | 'nothingFailed';
  readonly fixed: readonly string[];
  readonly stillFailing: readonly string[];
  readonly broken: readonly string[];
  readonly passingBefore: number;
  readonly passingAfter: number;
  readonly durationMs: number;
}

/**
 * Reads errors through source maps, ranks functions by how much the tests speak against them, and tries a fix out.
 * Tests run in a child process without the environment of this one, with a time limit each; nothing but that keeps them from
 * files and network, so they are to be trusted as much as a test suite is. Holds no state.
 */
export class AutoDebugger {
  readonly #positions = new SourcePositions();

  /**
   * The frames of an error, with positions in the original sources, and of the errors that caused it.
   *
   * @param error an error, an object with `stack` or `message`, or the text of a stack
   * @throws CapabilityError `BAD_INPUT` for anything else
   */
  parse(error: unknown): Promise<ParsedError> {
    return parseError(error, this.#positions);
  }

  /**
   * Runs the tests under precise coverage and ranks the functions that failing ones called by Ochiai's coefficient.
   *
   * @throws CapabilityError `BAD_INPUT` without tests, sources or a test that fails; `NOT_FOUND` for a source that is not
   * there; `TOOL_FAILED`, `INTERRUPTED`
   */
  async localise(options: LocaliseOptions): Promise<Localisation> {
    const { tests, timeoutMs = 2_000, repeats = 2, limit = 20, signal } = options;
    const start = performance.now();
    refuseBadRun(tests, timeoutMs);
    if (!Number.isInteger(repeats) || repeats < 1 || repeats > 20) {
      throw new CapabilityError('BAD_INPUT', `repeats is ${repeats}. Give a whole number from 1 to 20.`);
    }
    const [first] = options.sources;
    if (first === undefined)
      throw new CapabilityError('BAD_INPUT', 'localise() needs a source file to suspect.');
    const root = realpathSync(folder(options.root ?? dirname(resolve(first))));
    const files = options.sources.map((source) => sourceFile(root, source));
    const run = await runCovered({ root, tests, files, timeoutMs, signal });
    const outcomes = tests.map((_test, index) => new Set([run.tests[index]?.outcome === 'passed']));
    for (let repeat = 1; repeat < repeats; repeat += 1) {
      // The other way round, so that tests that lean on what another one left behind are found as well.
      const order = tests.map((_test, index) => index);
      if (repeat % 2 === 1) order.reverse();
      const again = await runCovered({
        root,
        tests: order.flatMap((index) => tests[index] ?? []),
        files,
        timeoutMs,
        signal,
      });
      for (const [place, index] of order.entries())
        outcomes[index]?.add(again.tests[place]?.outcome === 'passed');
    }
    const stable = run.tests.filter((_test, index) => outcomes[index]?.size === 1);
    const failed = stable.filter(({ outcome }) => outcome !== 'passed');
    if (failed.length === 0) {
      throw new CapabilityError(
        'BAD_INPUT',
        `None of ${tests.length} tests fails each time, so there is nothing to find. Give a test that shows the fault.`,
      );
    }
    const places = new LinePlaces();
    return {
      suspects: rankFunctions(stable)
        .slice(0, limit)
        .map((suspect) => this.#locate(suspect, files, places)),
      passed: stable.length - failed.length,
      failed: failed.map((test) => ({
        name: test.name,
        outcome: test.outcome,
        message: messageOf(test, timeoutMs),
      })),
      unstable: tests.filter((_test, index) => outcomes[index]?.size !== 1).map(({ name }) => name),
      withoutCoverage: stable.filter(({ outcome }) => outcome === 'processEnded').map(({ name }) => name),
      notLoaded: [...run.notLoaded].map(([file, reason]) => ({ path: files[file] ?? '', reason })),
      durationMs: performance.now() - start,
    };
  }

  /**
   * Runs the tests on the sources as they are and on a copy that has the fix, and tells what changed.
   *
   * @throws CapabilityError `BAD_INPUT` without tests or fix, or for a path outside the root; `NOT_FOUND`, `TOOL_FAILED`,
   * `INTERRUPTED`
   */
  async verifyFix(options: VerifyFixOptions): Promise<FixVerdict> {
    const { tests, fix, timeoutMs = 2_000, signal } = options;
    const start = performance.now();
    refuseBadRun(tests, timeoutMs);
    if (fix.length === 0) throw new CapabilityError('BAD_INPUT', 'The fix changes no file.');
    const root = realpathSync(folder(options.root));
    const changes = fix.map(({ path, content }) => ({ path: pathBelow(root, path), content }));
    const copy = realpathSync(mkdtempSync(join(tmpdir(), 'auto-debugger-')));
    try {
      copyTree(root, copy);
      keepModuleType(root, copy);
      for (const { path, content } of changes) writeFileSync(join(copy, path), content);
      const before = await runCovered({ root, tests, files: [], timeoutMs, signal });
      const after = await runCovered({ root: copy, tests, files: [], timeoutMs, signal });
      return { ...judge(before.tests, after.tests), durationMs: performance.now() - start };
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }

  #locate(
    suspect: RankedFunction,
    files: readonly string[],
    places: LinePlaces,
  ): Localisation['suspects'][number] {
    const { name, suspiciousness, rank, failingTests, passingTests, inStacks } = suspect;
    const path = files[suspect.file] ?? '';
    const from = places.of(path, suspect.start);
    const mapping = this.#positions.find(path, from.line, from.column);
    return {
      name: name === '' ? '(anonymous)' : name,
      path,
      startLine: from.line,
      endLine: places.of(path, suspect.end).line,
      suspiciousness,
      rank,
      failingTests,
      passingTests,
      inStacks,
      ...(mapping.outcome === 'mapped' ? { original: mapping.original } : {}),
    };
  }
}

/** Turns offsets into lines and columns from 1, reading each file once. */
class LinePlaces {
  readonly #lineStarts = new Map<string, readonly number[]>();

  of(path: string, offset: number): { readonly line: number; readonly column: number } {
    let starts = this.#lineStarts.get(path);
    if (starts === undefined) {
      const text = readFileSync(path, 'utf8');
      starts = [0, ...Array.from(text.matchAll(/\n/gu), ({ index }) => index + 1)];
      this.#lineStarts.set(path, starts);
    }
    const line = starts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  }
}

function judge(
  before: readonly CoveredTest[],
  after: readonly CoveredTest[],
): Omit<FixVerdict, 'durationMs'> {
  const names = (failedBefore: boolean, failedAfter: boolean): readonly string[] =>
    before
      .filter(({ outcome }, index) => {
        const passesAfter = after[index]?.outcome === 'passed';
        return (outcome !== 'passed') === failedBefore && passesAfter !== failedAfter;
      })
      .map(({ name }) => name);
  const fixed = names(true, false);
  const stillFailing = names(true, true);
  const broken = names(false, true);
  const passing = (tests: readonly CoveredTest[]) =>
    tests.filter(({ outcome }) => outcome === 'passed').length;
  return {
    verdict: verdictOf(fixed.length, stillFailing.length, broken.length),
    fixed,
    stillFailing,
    broken,
    passingBefore: passing(before),
    passingAfter: passing(after),
  };
}

function verdictOf(fixed: number, stillFailing: number, broken: number): FixVerdict['verdict'] {
  if (broken > 0) return 'breaks';
  if (fixed + stillFailing === 0) return 'nothingFailed';
  if (fixed === 0) return 'noEffect';
  return stillFailing === 0 ? 'fixed' : 'partly';
}

/** Packages are linked, not copied: a fix of them is not what is tried. */
function copyTree(root: string, copy: string): void {
  cpSync(root, copy, {
    recursive: true,
    filter: (path) => !['node_modules', '.git'].includes(basename(path)) || path === root,
  });
  const packages = nearestPackages(root);
  if (packages !== undefined) symlinkSync(packages, join(copy, 'node_modules'), 'junction');
}

/** Whether a .js file is a module hangs on the nearest package.json, which may lie above what was copied. */
function keepModuleType(root: string, copy: string): void {
  for (let at = root; ; at = dirname(at)) {
    const manifest = join(at, 'package.json');
    const isThere = statSync(manifest, { throwIfNoEntry: false })?.isFile() === true;
    if (isThere && at === root) return;
    if (isThere || dirname(at) === at) {
      writeFileSync(join(copy, 'package.json'), isThere ? readFileSync(manifest) : '{}');
      return;
    }
  }
}

function nearestPackages(root: string): string | undefined {
  for (let at = root; ; at = dirname(at)) {
    const packages = join(at, 'node_modules');
    if (statSync(packages, { throwIfNoEntry: false })?.isDirectory()) return packages;
    if (dirname(at) === at) return undefined;
  }
}

function messageOf(test: CoveredTest, timeoutMs: number): string {
  if (test.outcome === 'failed') return `${test.error.name}: ${test.error.message}`;
  if (test.outcome === 'timedOut') return `It took more than ${timeoutMs} ms.`;
  return test.outcome === 'processEnded' ? `It ended its process: ${test.how}.` : '';
}

function refuseBadRun(tests: readonly DebugTest[], timeoutMs: number): void {
  if (tests.length === 0) throw new CapabilityError('BAD_INPUT', 'There are no tests to run.');
  if (timeoutMs >= 1 && timeoutMs <= 600_000) return;
  throw new CapabilityError('BAD_INPUT', `timeoutMs is ${timeoutMs}. Give 1 to 600000 milliseconds.`);
}

function folder(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new CapabilityError('NOT_FOUND', `${path} is no folder. Give the folder that the tests load from.`);
}

function sourceFile(root: string, source: string): string {
  const path = resolve(root, source);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return realpathSync(path);
  throw new CapabilityError('NOT_FOUND', `The source ${path} is not there.`);
}

function pathBelow(root: string, path: string): string {
  const below = relative(root, resolve(root, path));
  if (
    below !== '' &&
    below !== '..' &&
    !below.startsWith(`..${sep}`) &&
    resolve(root, below).startsWith(root)
  ) {
    return below;
  }
  throw new CapabilityError('BAD_INPUT', `The fix of "${path}" does not lie below ${root}.`);
}
