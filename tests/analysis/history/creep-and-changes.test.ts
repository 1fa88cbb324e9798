import { describe, expect, test } from 'vitest';
import { findHistoryChangePoints } from '../../../src/analysis/history/history-change-points.js';
import { findRatchetLosses } from '../../../src/analysis/history/ratchet.js';
import type { HistorySeries } from '../../../src/history.js';
import { createRandom, type Random } from '../../../src/seeded-random.js';

/** A series of runs, each with a commit of its own. */
function series(values: readonly number[], method = 'sell'): HistorySeries {
  return {
    file: 'shop.realworld.ts',
    scenario: 'sells',
    capability: 'shop',
    method,
    metric: 'median',
    points: values.map((value, run) => ({
      sessionId: `run-${run}`,
      commit: `c0ffee${String(run).padStart(4, '0')}`,
      value,
    })),
  };
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Runs of a median of 100 ms with 8 % of noise between them, and a trend. */
function runs(count: number, random: Random, trend: (run: number) => number = () => 1): readonly number[] {
  return Array.from({ length: count }, (_, run) => 100 * trend(run) * Math.exp(0.08 * normal(random)));
}

describe('the ratchet', () => {
  test('catches what creeps by so little a run that the runs just before show nothing', () => {
    const random = createRandom(11);
    const creeping = Array.from({ length: 200 }, () =>
      runs(40, random, (run) => 1.02 ** Math.max(0, run - 20)),
    );
    const caught = creeping.filter((values) => findRatchetLosses([series(values)]).length > 0);
    expect(caught.length).toBeGreaterThan(190);
    const [loss] = findRatchetLosses([series(creeping[0] as readonly number[])]);
    expect(loss?.statement).toMatch(
      /^shop\.sell: median time \d+ms -> 1[2-5]\dms, 1\.\d\d times as at its best/,
    );
    expect(loss?.bestSinceCommit).toMatch(/^c0ffee00/);
  });

  test('is silent in 99 of 100 histories in which nothing changes', () => {
    const random = createRandom(12);
    const alarms = Array.from({ length: 2_000 }, () => findRatchetLosses([series(runs(40, random))]));
    expect(alarms.filter((found) => found.length > 0).length).toBeLessThanOrEqual(20);
  });

  test('takes a baseline that was set after the loss as accepted', () => {
    const random = createRandom(13);
    const values = runs(60, random, (run) => (run < 20 ? 1 : 1.4));
    expect(findRatchetLosses([series(values)])).toHaveLength(1);
    const accepted = [{ sessionId: 'run-30', startedAtMs: 0, commit: null }];
    expect(findRatchetLosses([series(values)], accepted)).toEqual([]);
  });

  test('says nothing of few runs', () => {
    expect(findRatchetLosses([series([10, 10, 10, 20, 20, 20])])).toEqual([]);
  });
});

describe('change points of a history', () => {
  test('name the commit with which the new level began, and its direction', () => {
    const random = createRandom(14);
    const [point, ...others] = findHistoryChangePoints([
      series(runs(40, random, (run) => (run < 25 ? 1 : 1.5))),
      series(runs(40, random), 'refund'),
    ]);
    expect(others).toEqual([]);
    expect(point).toMatchObject({ direction: 'worse', method: 'sell', runsAgo: expect.any(Number) });
    expect(Math.abs(Number(point?.sinceCommit?.slice(6)) - 25)).toBeLessThanOrEqual(1);
    expect(point?.statement).toMatch(/begun 1[3-5] runs ago with commit c0ffee00/);
  });

  test('are found in at most 2 of 100 histories in which nothing changes', () => {
    const random = createRandom(15);
    const alarms = Array.from({ length: 500 }, () => findHistoryChangePoints([series(runs(40, random))]));
    expect(alarms.filter((found) => found.length > 0).length).toBeLessThanOrEqual(10);
  });

  test('are none for a single spike', () => {
    const values = [...runs(30, createRandom(16))];
    values[15] = 900;
    expect(findHistoryChangePoints([series(values)])).toEqual([]);
  });
});
