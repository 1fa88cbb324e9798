import { describe, expect, test } from 'vitest';
import { judgeLeak, type LeakSample, leakSamplesMin } from '../../../src/analysis/leak/judge-leak.js';
import { watchForLeaks } from '../../../src/scenario/leak-watch.js';
import { createRandom } from '../../../src/seeded-random.js';

function samples(count: number, heapPerCall: number, given: Partial<LeakSample> = {}): readonly LeakSample[] {
  const random = createRandom(9);
  return Array.from({ length: count }, (_, index) => ({
    calls: (index + 1) * 100,
    heapUsedBytes: 20_000_000 + heapPerCall * (index + 1) * 100 + Math.round(random() * 2_000),
    externalBytes: 1_000_000,
    arrayBuffersBytes: 10_000,
    ...given,
  }));
}

describe('a verdict on memory', () => {
  test('is a leak where every call keeps some hundred bytes, with its size', () => {
    const found = judgeLeak(samples(40, 512));
    expect(found.verdict).toBe('leak');
    if (found.verdict === 'inconclusive') return;
    expect(found.trends[0]?.bytesPerCall).toBeCloseTo(512, -1);
    expect(found.trends.map(({ growing }) => growing)).toEqual([true, false, false]);
  });

  test('is none where a harmless drift of a few bytes is certain', () => {
    expect(judgeLeak(samples(40, 13)).verdict).toBe('no_leak');
  });

  test('watches memory outside of the heap by itself', () => {
    const growing = samples(40, 0).map((sample, index) => ({
      ...sample,
      arrayBuffersBytes: index * 800_000,
    }));
    const found = judgeLeak(growing);
    expect(
      found.verdict === 'leak' && found.trends.filter((trend) => trend.growing).map(({ memory }) => memory),
    ).toEqual(['array_buffers']);
  });

  test('forgets what filled up at the beginning', () => {
    const filling = samples(40, 0).map((sample, index) => ({
      ...sample,
      heapUsedBytes: sample.heapUsedBytes + Math.min(index, 12) * 500_000,
    }));
    expect(judgeLeak(filling).verdict).toBe('no_leak');
  });

  test('is inconclusive with few samples, and says how many are missing', () => {
    expect(judgeLeak(samples(leakSamplesMin - 1, 9_000))).toMatchObject({
      verdict: 'inconclusive',
      samplesNeeded: 1,
    });
    expect(judgeLeak(samples(leakSamplesMin, 9_000)).verdict).toBe('leak');
  });

  test('of this very process tells one that keeps from one that does not', async () => {
    const kept: unknown[] = [];
    const leaking = await watchForLeaks({
      samples: 24,
      callsPerSample: 200,
      call: (index) => kept.push(new Array(250).fill(index)),
    });
    expect(leaking).toMatchObject({ verdict: 'leak', collected: true, samples: 24 });
    kept.length = 0;
    const clean = await watchForLeaks({
      samples: 24,
      callsPerSample: 200,
      call: (index) => new Array(250).fill(index),
    });
    expect(clean.verdict).toBe('no_leak');
  });

  test('is inconclusive when it was told to stop', async () => {
    const found = await watchForLeaks({ call: () => {}, signal: AbortSignal.abort() });
    expect(found).toMatchObject({ verdict: 'inconclusive', samples: 0 });
  });
});
