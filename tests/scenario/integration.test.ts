import { describe, expect, test } from 'vitest';
import { IntegrationEngine } from '../../src/scenario/integration.js';
import { engineRig } from '../support/engine-rig.js';

describe('arrival', () => {
  test('is whole when everything came once, in any order', () => {
    const { context, rig, metricValues } = engineRig();
    expect(new IntegrationEngine(context).checkArrival('orders', ['a', 'b'], ['b', 'a'])).toEqual({
      sent: 2,
      received: 2,
      lost: [],
      duplicated: [],
      foreign: [],
      whole: true,
    });
    expect(metricValues()).toEqual([['data_flow_integrity', 1]]);
    expect(rig.issues).toEqual([]);
  });

  test('tells lost, duplicated and foreign items apart and reports them', () => {
    const { context, rig, metricValues } = engineRig();
    const result = new IntegrationEngine(context).checkArrival(
      'orders',
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'b', 'x', 'x', 'd'],
    );
    expect(result).toEqual({
      sent: 4,
      received: 6,
      lost: ['c'],
      duplicated: ['b'],
      foreign: ['x'],
      whole: false,
    });
    expect(metricValues()).toEqual([['data_flow_integrity', 0.75]]);
    expect(rig.issues).toMatchObject([
      {
        severity: 'high',
        issueType: 'lost_data',
        description: 'Flow "orders": of 4 items 1 were lost, 1 came twice, 1 were never sent.',
      },
    ]);
  });

  test('of nothing is no success', () => {
    const { context, rig, metricValues } = engineRig();
    expect(new IntegrationEngine(context).checkArrival('orders', [], []).whole).toBe(false);
    expect(metricValues()).toEqual([['data_flow_integrity', 0]]);
    expect(rig.issues).toEqual([]);
  });
});

describe('interleaving', () => {
  const tasks = Array.from({ length: 8 }, (_, index) => () => index);

  test('runs all tasks and gives their results in their own order', async () => {
    const { results, order } = await new IntegrationEngine(engineRig().context).interleave(tasks);
    expect(results).toEqual(tasks.map((_, value) => ({ status: 'fulfilled', value })));
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('draws the order by the seed', async () => {
    const orderWith = async (seed: number) =>
      (await new IntegrationEngine(engineRig({ seed }).context).interleave(tasks)).order;
    expect(await orderWith(7)).toEqual(await orderWith(7));
    expect(await orderWith(7)).not.toEqual(await orderWith(8));
  });

  test('keeps a failing task apart from the others', async () => {
    const reason = new Error('second fails');
    const { results } = await new IntegrationEngine(engineRig().context).interleave([
      async () => 'first',
      () => {
        throw reason;
      },
    ]);
    expect(results).toEqual([
      { status: 'fulfilled', value: 'first' },
      { status: 'rejected', reason },
    ]);
  });
});

describe('overhead', () => {
  test('is what working together takes beyond the parts', async () => {
    const { clock, context, rig } = engineRig();
    const result = await new IntegrationEngine(context).measureOverhead(
      'checkout',
      [() => clock.advance(10), async () => clock.advance(20)],
      () => clock.advance(45),
    );
    expect(result).toEqual({ aloneMs: 30, togetherMs: 45, overheadMs: 15, rounds: 1, interval: null });
    expect(rig.metrics).toMatchObject([
      { metricType: 'integration_overhead', value: 15, unit: 'ms', context: { name: 'checkout' } },
    ]);
  });

  test('over rounds is a median that one slow round does not move, with an interval from 6 rounds on', async () => {
    const { clock, context } = engineRig();
    let round = 0;
    const measure = (rounds: number) =>
      new IntegrationEngine(context).measureOverhead(
        'checkout',
        [() => clock.advance(30)],
        () => clock.advance(++round % 7 === 0 ? 900 : 40 + (round % 7)),
        { rounds },
      );
    const result = await measure(7);
    expect(result).toMatchObject({ aloneMs: 30, togetherMs: 44, overheadMs: 14, rounds: 7 });
    // The smallest and the largest of 7 hold the median with 98.4 %.
    expect(result.interval).toEqual({ lowMs: 11, highMs: 870 });
    expect((await measure(5)).interval).toBeNull();
  });

  test('names the option that was meant', async () => {
    const options = { round: 3 } as object;
    const measured = new IntegrationEngine(engineRig().context).measureOverhead('x', [], () => 1, options);
    await expect(measured).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: 'integration.measureOverhead() has no option "round". Did you mean "rounds"?',
    });
  });
});
