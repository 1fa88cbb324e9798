import type { CoveredFunction, CoveredTest } from './covered-tests.js';

/** A function with how much the tests speak against it. */
export interface SuspectFunction {
  readonly name: string;
  /** Absolute path of the file that ran. */
  readonly path: string;
  /** First and last line, from 1. */
  readonly startLine: number;
  readonly endLine: number;
  /** Ochiai coefficient, 0 to 1. */
  readonly suspiciousness: number;
  /** From 1. Functions that nothing tells apart share the last place of their group. */
  readonly rank: number;
  readonly failingTests: number;
  readonly passingTests: number;
  /** Failing tests whose error came out of this function: its name and file are in the stack. */
  readonly inStacks: number;
}

/**
 * Ochiai coefficient of a part of a program: failing runs that used it over the geometric mean of all failing runs and all
 * runs that used it (Abreu, Zoeteweij and van Gemund 2007, "On the accuracy of spectrum-based fault localization").
 * 0 when no failing run used it.
 */
export function ochiai(failingUses: number, failingRuns: number, passingUses: number): number {
  return failingUses === 0 ? 0 : failingUses / Math.sqrt(failingRuns * (failingUses + passingUses));
}

interface Counts {
  readonly called: CoveredFunction;
  failing: number;
  passing: number;
  inStacks: number;
}

/** A ranked function before its place in the text is worked out. */
export interface RankedFunction extends CoveredFunction {
  readonly suspiciousness: number;
  readonly rank: number;
  readonly failingTests: number;
  readonly passingTests: number;
  readonly inStacks: number;
}

/**
 * Functions that failing tests called, most suspicious first. Equal coefficients are told apart by the stacks of the errors,
 * then by the size of the function: of two that are always called together the smaller is more often the one that is wrong
 * per line to read.
 */
export function rankFunctions(tests: readonly CoveredTest[]): readonly RankedFunction[] {
  const counts = new Map<string, Counts>();
  let failingRuns = 0;
  for (const test of tests) {
    if (test.outcome === 'processEnded') continue;
    const failed = test.outcome !== 'passed';
    if (failed) failingRuns += 1;
    const stack = test.outcome === 'failed' ? test.error.stack : '';
    for (const called of test.covered) {
      const count = countOf(counts, called);
      if (!failed) count.passing += 1;
      else {
        count.failing += 1;
        if (called.name !== '' && stack.includes(`at ${called.name} (`)) count.inStacks += 1;
      }
    }
  }
  const scored = [...counts.values()]
    .filter(({ failing }) => failing > 0)
    .map(({ called, failing, passing, inStacks }) => ({
      ...called,
      suspiciousness: ochiai(failing, failingRuns, passing),
      failingTests: failing,
      passingTests: passing,
      inStacks,
    }))
    .sort(compare);
  return scored.map((suspect) => ({
    ...suspect,
    rank: scored.findLastIndex((other) => compare(other, suspect) === 0) + 1,
  }));
}

type Scored = Omit<RankedFunction, 'rank'>;

function compare(a: Scored, b: Scored): number {
  return (
    b.suspiciousness - a.suspiciousness || b.inStacks - a.inStacks || a.end - a.start - (b.end - b.start)
  );
}

function countOf(counts: Map<string, Counts>, called: CoveredFunction): Counts {
  const key = `${called.file} ${called.start} ${called.end}`;
  const known = counts.get(key);
  if (known !== undefined) return known;
  const made = { called, failing: 0, passing: 0, inStacks: 0 };
  counts.set(key, made);
  return made;
}
