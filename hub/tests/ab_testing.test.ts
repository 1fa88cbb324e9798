import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignArm } from '../capabilities/ab_testing/assign-arm.js';
import {
  adjustByHolm,
  compareMeans,
  compareProportions,
  sampleRatioProbability,
} from '../capabilities/ab_testing/compare-arms.js';
import {
  chiSquaredUpperTail,
  normalCritical,
  normalTwoSided,
  studentCritical,
  studentTwoSided,
} from '../capabilities/ab_testing/distributions.js';
import { AbTesting } from '../capabilities/ab_testing/index.js';
import { abTestingWorkload } from '../scenarios/workloads/ab_testing.js';
import { seededRandom } from '../seeded-random.js';

const childScript = fileURLToPath(new URL('fixtures/ab-testing-child.mjs', import.meta.url));

let stateDirectory: string;
let testing: AbTesting;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'ab-testing-'));
  testing = new AbTesting({ stateDirectory });
});

afterEach(() => {
  testing.dispose();
  rmSync(stateDirectory, { recursive: true, force: true });
});

function summarise(values: readonly number[]) {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { n, mean, variance };
}

const share = (successes: number, n: number) => ({ n, mean: successes / n, variance: 0 });

/** Runs of an experiment whose users are dealt by the hash and whose outcomes are drawn. */
function simulate(
  runs: number,
  users: number,
  draw: (arm: string, random: () => number) => number,
  compare: typeof compareMeans,
  trueEffect: number,
) {
  const random = seededRandom(25);
  const arms = [
    { name: 'a', weight: 1 },
    { name: 'b', weight: 1 },
  ];
  let significant = 0;
  let covered = 0;
  let mismatches = 0;
  for (let run = 0; run < runs; run += 1) {
    const outcomes: Record<string, number[]> = { a: [], b: [] };
    for (let user = 0; user < users; user += 1) {
      const arm = assignArm(`run ${run}`, `user ${user}`, arms);
      outcomes[arm]?.push(draw(arm, random));
    }
    const [a = [], b = []] = Object.values(outcomes);
    const { p, interval } = compare(summarise(a), summarise(b), 0.05);
    if (p < 0.05) significant += 1;
    if (interval[0] <= trueEffect && trueEffect <= interval[1]) covered += 1;
    if (sampleRatioProbability([a.length, b.length], [1, 1]) < 0.05) mismatches += 1;
  }
  const rates = {
    significant: significant / runs,
    covered: covered / runs,
    mismatches: mismatches / runs,
  };
  if (process.env.HUB_FIGURES !== undefined) console.log(rates);
  return rates;
}

/** How far a share of 2,000 runs strays from its expectation in 999 of 1,000 cases. */
const within = (expected: number) => 3.29 * Math.sqrt((expected * (1 - expected)) / 2_000);

// Hundreds of thousands of hashes a test: seconds on a machine of its own, more on a busy one.
describe('A/A runs', { timeout: 240_000 }, () => {
  it('of shares differ significantly as often as alpha says', () => {
    const rates = simulate(2_000, 400, (_, random) => Number(random() < 0.15), compareProportions, 0);
    expect(Math.abs(rates.significant - 0.05)).toBeLessThan(within(0.05));
    expect(Math.abs(rates.covered - 0.95)).toBeLessThan(within(0.05));
    expect(Math.abs(rates.mismatches - 0.05)).toBeLessThan(within(0.05));
  });

  it('of means with a skew differ significantly as often as alpha says', () => {
    const rates = simulate(2_000, 300, (_, random) => -Math.log(1 - random()) * 20, compareMeans, 0);
    expect(Math.abs(rates.significant - 0.05)).toBeLessThan(within(0.05));
    expect(Math.abs(rates.covered - 0.95)).toBeLessThan(within(0.05));
  });

  it('of rare successes, where the exact test is used, differ no more often than alpha says', () => {
    const rates = simulate(2_000, 150, (_, random) => Number(random() < 0.02), compareProportions, 0);
    expect(rates.significant).toBeLessThan(0.05 + within(0.05));
  });
});

it('a sample of the advised size finds the effect as often as the power says', { timeout: 240_000 }, () => {
  const { perArm } = testing.sampleSize({ baseline: 0.3, effect: 0.15, power: 0.8 });
  const draw = (arm: string, random: () => number) => Number(random() < (arm === 'b' ? 0.45 : 0.3));
  const rates = simulate(2_000, 2 * perArm, draw, compareProportions, 0.15);
  expect(Math.abs(rates.significant - 0.8)).toBeLessThan(within(0.8));
  expect(Math.abs(rates.covered - 0.95)).toBeLessThan(within(0.05));
});

describe('published values', () => {
  // Newcombe 1998, table II, method 10: 56 of 70 against 48 of 80.
  it('of the hybrid score interval are met', () => {
    const { effect, interval } = compareProportions(share(48, 80), share(56, 70), 0.05);
    expect(effect).toBeCloseTo(0.2, 12);
    expect(interval[0]).toBeCloseTo(0.0524, 4);
    expect(interval[1]).toBeCloseTo(0.3339, 4);
  });

  it('of the two-proportion z test are met', () => {
    // prop.test(c(15, 25), c(50, 50), correct = FALSE) of R: X-squared = 4.1667, p = 0.04123.
    const { p, method } = compareProportions(share(15, 50), share(25, 50), 0.05);
    expect(method).toBe('two-proportion-z');
    expect(p).toBeCloseTo(0.041226833337163815, 12);
  });

  it("of Fisher's exact test are met", () => {
    // The lady tasting tea (Fisher 1935), and the example of SciPy's and Wikipedia's pages.
    expect(compareProportions(share(1, 4), share(3, 4), 0.05)).toMatchObject({
      p: expect.closeTo(0.48571428571428565, 9),
      method: 'fisher',
    });
    expect(compareProportions(share(11, 12), share(1, 12), 0.05).p).toBeLessThan(0.001);
  });

  it("of Welch's t test are met", () => {
    // Student's sleep data (1908), t.test(extra ~ group) of R: t = -1.8608, df = 17.776, p = 0.07939.
    const first = summarise([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]);
    const second = summarise([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]);
    const { effect, interval, p } = compareMeans(first, second, 0.05);
    expect(effect).toBeCloseTo(1.58, 12);
    expect(p).toBeCloseTo(0.0793941401873583, 10);
    expect(interval[0]).toBeCloseTo(-0.20548323071171137, 9);
    expect(interval[1]).toBeCloseTo(3.3654832307117104, 9);
  });

  it('of sample sizes are met', () => {
    // power.prop.test(p1 = .50, p2 = .75, power = .90) of R gives n = 76.7.
    expect(testing.sampleSize({ baseline: 0.5, effect: 0.25, power: 0.9 })).toEqual({
      perArm: 77,
      total: 154,
    });
    // power.t.test(delta = 1, power = .90) of R gives n = 22.02110 by the noncentral t distribution.
    const { perArm } = testing.sampleSize({ standardDeviation: 1, effect: 1, power: 0.9 });
    expect(Math.abs(perArm - 22.0211)).toBeLessThan(1);
  });

  it('of the distributions are met', () => {
    // SciPy 1.17: norm.isf, t.isf, t.sf, chi2.sf.
    expect(normalCritical(0.05)).toBeCloseTo(1.9599639845400545, 11);
    expect(normalCritical(0.001)).toBeCloseTo(3.2905267314918945, 10);
    expect(normalTwoSided(6) / 1.973175290075389e-9).toBeCloseTo(1, 8);
    expect(studentCritical(0.05, 3.5)).toBeCloseTo(2.9400886379827296, 9);
    expect(studentTwoSided(2.5, 7.3)).toBeCloseTo(0.03965023466560043, 11);
    expect(studentTwoSided(40, 3) / 3.4380680789158506e-5).toBeCloseTo(1, 8);
    expect(studentTwoSided(1.5, 500)).toBeCloseTo(0.13424554917005388, 10);
    expect(chiSquaredUpperTail(3.84, 2)).toBeCloseTo(0.14660696213035013, 11);
    expect(chiSquaredUpperTail(200, 5) / 2.8406228986415534e-41).toBeCloseTo(1, 8);
    expect(sampleRatioProbability([60, 40], [1, 1])).toBeCloseTo(0.04550026389635857, 11);
    expect(sampleRatioProbability([821, 579], [1, 1]) / 9.949127888494292e-11).toBeCloseTo(1, 8);
  });

  it('of the correction for several arms are met', () => {
    // p.adjust(c(0.01, 0.04, 0.03, 0.005), 'holm') of R.
    const adjusted = adjustByHolm([0.01, 0.04, 0.03, 0.005]);
    for (const [at, wanted] of [0.03, 0.06, 0.06, 0.02].entries())
      expect(adjusted[at]).toBeCloseTo(wanted, 12);
  });
});

describe('assign', () => {
  it('gives a user the same arm in every instance and spreads users by the weights', () => {
    const arms = [
      { name: 'control', weight: 1 },
      { name: 'bold', weight: 3 },
    ];
    const users = Array.from({ length: 20_000 }, (_, at) => `user-${at}`);
    const bold = users.filter((user) => assignArm('salt', user, arms) === 'bold').length;
    expect(Math.abs(bold / users.length - 0.75)).toBeLessThan(0.0101);
    const both = users.filter(
      (user) => assignArm('salt', user, arms) === 'bold' && assignArm('other', user, arms) === 'bold',
    );
    // Independent of each other, both experiments put .75 squared of the users there.
    expect(Math.abs(both.length / users.length - 0.5625)).toBeLessThan(0.0116);
    testing.define({ name: 'salt', arms });
    expect(testing.assign('salt', 'user-7')).toBe(assignArm('salt', 'user-7', arms));
    expect(testing.assign('salt', 'user-7')).toBe(testing.assign('salt', 'user-7'));
  });

  it('keeps users and outcomes of a process that was killed with SIGKILL', () => {
    const users = ['ann', 'bo', 'cy', 'di', 'ed', 'flo', 'gus', 'hal'];
    const child = spawnSync(process.execPath, [childScript, stateDirectory, ...users], { encoding: 'utf8' });
    expect(child.signal).toBe('SIGKILL');
    expect(users.map((user) => testing.assign('button', user))).toEqual(child.stdout.trim().split('\n'));
    const { arms } = testing.analyse('button');
    expect(arms.map(({ mean }) => mean)).toEqual([1, 1]);
    expect(arms.reduce((sum, { assigned }) => sum + assigned, 0)).toBe(users.length);
  });
});

describe('analyse', () => {
  function fill(
    experiment: string,
    outcomeOf: (arm: string, at: number) => boolean | number,
    users = 80,
  ): void {
    for (let at = 0; at < users; at += 1) {
      const arm = testing.assign(experiment, `user ${at}`);
      testing.record(experiment, `user ${at}`, outcomeOf(arm, at), { source: 'test' });
    }
  }

  it('compares each arm with the first and counts who was assigned without an outcome as a failure', () => {
    testing.define({ name: 'three', arms: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
    fill('three', (arm) => arm === 'c');
    testing.assign('three', 'silent');
    const { comparisons, arms, effect, source, sampleRatio } = testing.analyse('three');
    expect(source).toBe('three');
    expect(comparisons.map(({ arm, against, effect: by }) => [arm, against, by])).toEqual([
      ['b', 'a', 0],
      ['c', 'a', expect.closeTo(1, 1)],
    ]);
    expect(effect).toBe(comparisons[0]?.effect);
    expect(comparisons[1]?.pAdjusted).toBeLessThan(1e-6);
    expect(arms.reduce((sum, { n }) => sum + n, 0)).toBe(81);
    expect(sampleRatio.mismatch).toBe(false);
  });

  it('keeps the digits of small differences between large values', () => {
    testing.define({ name: 'large', metric: 'mean', arms: [{ name: 'a' }, { name: 'b' }] });
    const values: Record<string, number[]> = { a: [], b: [] };
    fill('large', (arm, at) => {
      const value = 1e9 + (at % 7) / 10 + (arm === 'b' ? 0.2 : 0);
      values[arm]?.push(value);
      return value;
    });
    const wanted = compareMeans(summarise(values.a ?? []), summarise(values.b ?? []), 0.05);
    expect(testing.analyse('large').p).toBeCloseTo(wanted.p, 6);
    expect(wanted.p).toBeGreaterThan(1e-6);
  });

  it('tells a sample that is spread otherwise than the weights say', () => {
    testing.define({ name: 'lost', metric: 'mean', arms: [{ name: 'a' }, { name: 'b' }] });
    const arms = [
      { name: 'a', weight: 1 },
      { name: 'b', weight: 1 },
    ];
    // A page that fails before it asks for arm b: two of three such users never arrive.
    for (let at = 0; at < 150; at += 1) {
      if (assignArm('lost', `u${at}`, arms) === 'b' && at % 3 > 0) continue;
      testing.assign('lost', `u${at}`);
      testing.record('lost', `u${at}`, at);
    }
    expect(testing.analyse('lost').sampleRatio).toMatchObject({ mismatch: true });
  });

  it('lets the last outcome of a user count', () => {
    testing.define({ name: 'again', metric: 'mean', arms: [{ name: 'a' }, { name: 'b' }] });
    fill('again', () => 5);
    fill('again', () => 7);
    expect(testing.analyse('again')).toMatchObject({ effect: 0, p: 1, arms: [{ mean: 7 }, { mean: 7 }] });
  });

  it('refuses an arm without users, an unknown experiment and a wrong alpha', () => {
    testing.define({ name: 'empty', arms: [{ name: 'a' }, { name: 'b' }] });
    expect(() => testing.analyse('empty')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => testing.analyse('nothing')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => testing.analyse('empty', { alpha: 1 })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
  });
});

describe('what cannot be right', () => {
  it.each([
    ['no second arm', [{ name: 'a' }]],
    ['equal names', [{ name: 'a' }, { name: 'a' }]],
    ['an empty name', [{ name: 'a' }, { name: ' ' }]],
    ['a weight of 0', [{ name: 'a' }, { name: 'b', weight: 0 }]],
  ])('is an experiment with %s', (_what, arms) => {
    expect(() => testing.define({ name: 'x', arms })).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('is a definition that changes what users were dealt by', () => {
    const arms = [{ name: 'a' }, { name: 'b' }];
    testing.define({ name: 'x', arms });
    testing.define({ name: 'x', arms });
    expect(() => testing.define({ name: 'x', arms, salt: 'new' })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
  });

  it('is an outcome of another metric, or of a user that was not assigned', () => {
    testing.define({ name: 'x', arms: [{ name: 'a' }, { name: 'b' }] });
    testing.define({ name: 'y', metric: 'mean', arms: [{ name: 'a' }, { name: 'b' }] });
    testing.assign('x', 'u');
    testing.assign('y', 'u');
    for (const [name, outcome] of [
      ['x', 1],
      ['y', true],
      ['y', Number.NaN],
    ] as const) {
      expect(() => testing.record(name, 'u', outcome)).toThrow(
        expect.objectContaining({ code: 'BAD_INPUT' }),
      );
    }
    expect(() => testing.record('x', 'stranger', true)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  it.each([
    { baseline: 0.5, effect: 0 },
    { baseline: 0.9, effect: 0.2 },
    { baseline: 0.5, effect: 0.1, alpha: 0 },
    { baseline: 0.5, effect: 0.1, power: 1 },
    { effect: 1 },
    { effect: 1, standardDeviation: 0 },
    { baseline: Number.NaN, effect: 0.1 },
  ])('is the sample size of %j', (question) => {
    expect(() => testing.sampleSize(question)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });
});

it('does the rounds of the workload, and fails when the verdict is wrong', async () => {
  const context = {
    hub: { ab_testing: testing } as never,
    root: stateDirectory,
    scratchDirectory: stateDirectory,
    seed: 1,
    signal: new AbortController().signal,
  };
  const { round } = await abTestingWorkload.prepare(context);
  for (let number = 0; number < 5; number += 1) await round(number);
  const { analyse } = testing;
  testing.analyse = (experiment) => ({ ...analyse.call(testing, experiment), effect: 0 });
  await expect(Promise.resolve().then(() => round(6))).rejects.toThrow('sure winner');
});
