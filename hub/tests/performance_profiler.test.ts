import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookAgain } from '../../tests/support/look-again.js';
import {
  type HotFunction,
  PerformanceProfiler,
  type Profile,
} from '../capabilities/performance_profiler/index.js';
import { readProfile } from '../capabilities/performance_profiler/read-profile.js';
import { performanceProfilerWorkload } from '../scenarios/workloads/performance_profiler.js';

interface PlantedModule {
  readonly work: (hotRounds: number, mildRounds: number) => number;
  readonly recurse: (depth: number) => number;
}

const planted = `// Loaded by Node itself, so that lines are those of this file.
function spin(rounds) { let sum = 0; for (let n = 1; n < rounds; n++) sum += Math.sqrt(n) * Math.sin(n); return sum; }
exports.work = function work(hotRounds, mildRounds) {
  return hot(hotRounds) + mild(mildRounds);
};
function hot(rounds) {
  let sum = 0; for (let n = 1; n < rounds; n++) sum += Math.sqrt(n) * Math.sin(n); return sum;
}
function mild(rounds) {
  let sum = 0; for (let n = 1; n < rounds; n++) sum += Math.sqrt(n) * Math.cos(n); return sum;
}
exports.recurse = function recurse(depth) { return spin(20000) + (depth === 0 ? 0 : recurse(depth - 1)); };
`;

let folder: string;
let path: string;
let program: PlantedModule;
let profiler: PerformanceProfiler;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'performance-profiler-'));
  path = join(folder, 'planted.cjs');
  writeFileSync(path, planted);
  program = createRequire(path)(path);
  profiler = new PerformanceProfiler();
});

afterEach(async () => {
  await profiler.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function found(profile: Profile, name: string): HotFunction {
  const match = profile.functions.find((each) => each.name === name && each.path === path);
  if (match === undefined) throw new Error(`${name} is not in the profile.`);
  return match;
}

it('ranks the planted hot function first, with its place, in 20 profiles of 20', lookAgain, async () => {
  for (let turn = 0; turn < 20; turn += 1) {
    const profile = await profiler.profile(() => program.work(300_000, 40_000), { iterations: 4 });
    expect(profile.functions[0]).toMatchObject({ name: 'hot', path, line: 6 });
    // Where others want the processor, some of their time is taken for that of the function they came into.
    expect(found(profile, 'mild').line).toBe(9);
  }
});

it(
  'shares all of the time out: functions, garbage collection, what is outside, and the profiler',
  lookAgain,
  async () => {
    const profile = await profiler.profile(
      async () => {
        await wait(30);
        return program.work(300_000, 75_000);
      },
      { limit: 10_000 },
    );
    const { functions, busyMs, garbageCollectionMs, outsideMs, unsampledMs, profilerMs, durationMs } =
      profile;
    expect(functions.reduce((sum, { selfMs }) => sum + selfMs, 0)).toBeCloseTo(busyMs, 6);
    expect(functions.reduce((sum, { selfShare }) => sum + selfShare, 0)).toBeCloseTo(1, 6);
    expect(outsideMs).toBeGreaterThan(busyMs / 100);
    // Starting and stopping lie outside of the samples.
    expect(
      (busyMs + garbageCollectionMs + outsideMs + unsampledMs + profilerMs) / durationMs,
    ).toBeGreaterThan(0.8);
    expect(profile.value).toBe(program.work(300_000, 75_000));
  },
);

it('lets a gap in the samples be the time of nobody', () => {
  const frame = { scriptId: '1', url: 'file:///work.js', lineNumber: 0, columnNumber: 0 };
  const nodes = [
    { id: 1, callFrame: { ...frame, url: '', functionName: '(root)' }, children: [2, 3] },
    { id: 2, callFrame: { ...frame, functionName: 'hot' } },
    { id: 3, callFrame: { ...frame, functionName: 'mild' } },
  ];
  // The machine ran something else for 20 ms after the only sample of the mild function.
  const samples = [2, 2, 2, 2, 2, 2, 3];
  const timeDeltas = [100, 100, 100, 100, 100, 100, 100, 20_000];
  const profile = readProfile(
    { nodes, samples, timeDeltas, startTime: 0, endTime: 20_700 },
    { name: 'planted', iterations: 1, durationMs: 20.7, sampleIntervalUs: 100 },
    10,
  );
  expect(profile.functions.map(({ name, selfMs }) => [name, selfMs])).toEqual([
    ['hot', 0.6],
    ['mild', 0.5],
  ]);
  expect(profile.unsampledMs).toBe(19.5);
});

it('counts recursion once and what a function calls as its total', async () => {
  const profile = await profiler.profile(() => program.recurse(200));
  const { totalMs, selfMs } = found(profile, 'recurse');
  expect(totalMs).toBeLessThanOrEqual(profile.busyMs + 1e-6);
  expect(totalMs).toBeGreaterThan(selfMs);
  expect(totalMs).toBeGreaterThanOrEqual(found(profile, 'spin').selfMs);
});

it('names the function that became slower, and calls the same work unclear', lookAgain, async () => {
  const take = (mildRounds: number) =>
    profiler.profile(() => program.work(200_000, mildRounds), { iterations: 20, name: 'work' });
  await take(50_000);
  const before = await take(50_000);
  const { functions, busyAfterMs, busyBeforeMs } = profiler.compare(before, await take(400_000));
  expect(functions[0]).toMatchObject({ name: 'mild', path, verdict: 'slower' });
  expect(functions[0]?.changeMs).toBeGreaterThan(0);
  expect(busyAfterMs).toBeGreaterThan(busyBeforeMs);
  expect(profiler.compare(before, before).functions.every(({ verdict }) => verdict === 'unclear')).toBe(true);
});

it('takes profiles that are asked for at once one after the other', async () => {
  const [one, other] = await Promise.all([
    profiler.profile(() => program.work(300_000, 1)),
    profiler.profile(() => program.work(1, 300_000)),
  ]);
  expect(one.functions.map(({ name }) => name)).not.toContain('mild');
  expect(other.functions.map(({ name }) => name)).not.toContain('hot');
});

it('throws on what the work throws, and works afterwards', async () => {
  const work = (): never => {
    throw new RangeError('planted');
  };
  await expect(profiler.profile(work)).rejects.toThrow(RangeError);
  expect((await profiler.profile(() => program.work(300_000, 10))).functions[0]?.name).toBe('hot');
});

it('refuses options out of range, aborted work, intervals that differ, and work after its end', async () => {
  const bad = { code: 'BAD_INPUT' };
  expect(() => profiler.profile(() => 1, { iterations: 0 })).toThrow(expect.objectContaining(bad));
  expect(() => profiler.profile(() => 1, { sampleIntervalUs: 1 })).toThrow(
    expect.objectContaining({ message: 'sampleIntervalUs is 1. Give a whole number from 50 to 100000.' }),
  );
  const controller = new AbortController();
  const aborting = profiler.profile(() => controller.abort(), { iterations: 2, signal: controller.signal });
  await expect(aborting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  const one = await profiler.profile(() => 1);
  const other = await profiler.profile(() => 1, { sampleIntervalUs: 1_000 });
  expect(() => profiler.compare(one, other)).toThrow(expect.objectContaining(bad));
  await profiler.dispose();
  await expect(profiler.profile(() => 1)).rejects.toMatchObject(bad);
});

it('does its typical work', async () => {
  const signal = new AbortController().signal;
  const context = {
    hub: { performance_profiler: profiler } as never,
    root: folder,
    scratchDirectory: folder,
    seed: 1,
    signal,
  };
  const { round } = await performanceProfilerWorkload.prepare(context);
  await round(0);
});
