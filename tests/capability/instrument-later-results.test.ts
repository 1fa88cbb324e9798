import { describe, expect, test } from 'vitest';
import { compileSources } from '../support/compiled-sources.js';
import { deferred } from '../support/deferred.js';
import { FakeClock } from '../support/fake-clock.js';
import { instrument } from '../support/instrumented-capability.js';
import { RecordingRig } from '../support/recording-rig.js';
import { runProgram } from '../support/run-program.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

describe('promises', () => {
  test('a resolved value is handed on and recorded', async () => {
    const value = { rows: 2 };
    const { capability, rig } = instrument({ query: async () => value });
    expect(await capability.query()).toBe(value);
    expect(rig.only('query')).toMatchObject({ outcome: 'succeeded', resultJson: '{"rows":2}' });
  });

  test('a rejection is handed on and recorded', async () => {
    const failure = new RangeError('too far');
    const { capability, rig } = instrument({ query: () => Promise.reject(failure) });
    await expect(capability.query()).rejects.toBe(failure);
    expect(rig.only('query')).toMatchObject({ outcome: 'failed', error: { name: 'RangeError' } });
  });

  test('the time runs until the promise settles', async () => {
    const clock = new FakeClock();
    const { promise, resolve } = deferred<string>();
    const { capability, rig } = instrument({ wait: () => promise }, new RecordingRig({ clock }));
    const pending = capability.wait();
    clock.advance(70);
    resolve('done');
    await pending;
    expect(rig.only('wait').durationMs).toBe(70);
  });

  test('methods that a client hangs on its promise stay there', async () => {
    const { capability, rig } = instrument({
      get: () => Object.assign(Promise.resolve(5), { json: () => 'json' }),
    });
    const reply = capability.get();
    expect(reply.json()).toBe('json');
    expect(await reply).toBe(5);
    expect(rig.only('get')).toMatchObject({ outcome: 'succeeded', resultJson: '5' });
  });

  test('a promise of a subclass keeps its class and its methods', async () => {
    class Cancellable extends Promise<number> {
      cancel() {
        return 'cancelled';
      }
    }
    const { capability, rig } = instrument({ start: () => Cancellable.resolve(9) as Cancellable });
    const started = capability.start();
    expect(started).toBeInstanceOf(Cancellable);
    expect(started.cancel()).toBe('cancelled');
    expect(await started).toBe(9);
    expect(rig.only('start')).toMatchObject({ outcome: 'succeeded', resultJson: '9' });
  });

  test('a rejection that nobody handles stays unhandled', async () => {
    const directory = compileSources(temporaryDirectory());
    const end = await runProgram(
      directory,
      'unhandled',
      `
      import { instrumentCapability } from './src/capability/instrument.js';
      const scenario = {
        nesting: { run: (activity, call) => call() },
        describeMethod: (capability, method) => ({ capability, method }),
        begin: () => ({}), succeed() {}, fail() { process.stdout.write('recorded'); },
      };
      const capability = instrumentCapability('c', { go: async () => { throw new Error('nobody listens'); } }, scenario);
      capability.go();
      `,
    );
    expect(end.exitCode).toBe(1);
    expect(end.output).toBe('recorded');
    expect(end.errorOutput).toContain('nobody listens');
  });
});

describe('lazy thenables', () => {
  function lazyQuery() {
    const state = { runs: 0 };
    const query = {
      limit: () => query,
      // biome-ignore lint/suspicious/noThenProperty: it stands for the queries of query builders
      then(onFulfilled?: (value: number) => unknown, onRejected?: (thrown: unknown) => unknown) {
        state.runs++;
        return Promise.resolve(state.runs).then(onFulfilled, onRejected);
      },
    };
    return { query, state };
  }

  test('are not set off by being returned', async () => {
    const { query, state } = lazyQuery();
    const { capability } = instrument({ select: () => query });
    capability.select();
    await Promise.resolve();
    expect(state.runs).toBe(0);
  });

  test('are set off once by one await', async () => {
    const { query, state } = lazyQuery();
    const { capability, rig } = instrument({ select: () => query });
    expect(await capability.select()).toBe(1);
    expect(state.runs).toBe(1);
    expect(rig.only('select')).toMatchObject({ outcome: 'succeeded', resultJson: '1' });
  });

  test('are recorded as abandoned, not as failed, when nobody awaits them', () => {
    const { query } = lazyQuery();
    const { capability, rig } = instrument({ select: () => query });
    capability.select();
    expect(rig.activities).toEqual([]);
    rig.scenario.end();
    expect(rig.only('select')).toMatchObject({ outcome: 'abandoned', error: null });
  });

  test('are recorded as timed out when they were awaited and did not settle', () => {
    const { capability, rig } = instrument({
      // biome-ignore lint/suspicious/noThenProperty: it stands for the queries of query builders
      select: () => ({ then: () => new Promise(() => {}) }),
    });
    void capability.select().then();
    rig.scenario.end();
    expect(rig.only('select')).toMatchObject({ outcome: 'timed_out' });
  });

  test('pass a rejection on to catch and record it', async () => {
    const failure = new Error('no connection');
    const { capability, rig } = instrument({
      select: () => ({
        // biome-ignore lint/suspicious/noThenProperty: it stands for the queries of query builders
        then: (onFulfilled: undefined, onRejected: (thrown: unknown) => unknown) =>
          Promise.reject(failure).then(onFulfilled, onRejected),
        catch: (onRejected: (thrown: unknown) => unknown) => Promise.reject(failure).catch(onRejected),
      }),
    });
    expect(await capability.select().catch((thrown) => thrown)).toBe(failure);
    expect(rig.only('select')).toMatchObject({ outcome: 'failed', error: { message: 'no connection' } });
  });
});

describe('generators', () => {
  test('a synchronous one keeps its items; the activity counts them', () => {
    const clock = new FakeClock();
    const { capability, rig } = instrument(
      {
        *list() {
          clock.advance(10);
          yield 'a';
          clock.advance(20);
          yield 'b';
        },
      },
      new RecordingRig({ clock }),
    );
    expect([...capability.list()]).toEqual(['a', 'b']);
    expect(rig.only('list')).toMatchObject({
      outcome: 'succeeded',
      resultJson: '{"items":2}',
      firstResultMs: 10,
      durationMs: 30,
    });
  });

  test('an asynchronous one keeps its items; the activity counts them', async () => {
    const clock = new FakeClock();
    const { capability, rig } = instrument(
      {
        async *stream() {
          clock.advance(5);
          yield 1;
          clock.advance(7);
          yield 2;
          yield 3;
        },
      },
      new RecordingRig({ clock }),
    );
    const items: number[] = [];
    for await (const item of capability.stream()) items.push(item);
    expect(items).toEqual([1, 2, 3]);
    expect(rig.only('stream')).toMatchObject({
      outcome: 'succeeded',
      resultJson: '{"items":3}',
      firstResultMs: 5,
      durationMs: 12,
    });
  });

  test('one that its caller leaves early is abandoned, and its finally runs', async () => {
    const cleaned: string[] = [];
    const { capability, rig } = instrument({
      *list() {
        try {
          yield 1;
          yield 2;
        } finally {
          cleaned.push('list');
        }
      },
      async *stream() {
        try {
          yield 1;
          yield 2;
        } finally {
          cleaned.push('stream');
        }
      },
    });
    for (const _ of capability.list()) break;
    for await (const _ of capability.stream()) break;
    expect(cleaned).toEqual(['list', 'stream']);
    expect(rig.only('list')).toMatchObject({ outcome: 'abandoned', resultJson: '{"items":1}', error: null });
    expect(rig.only('stream')).toMatchObject({ outcome: 'abandoned', resultJson: '{"items":1}' });
  });

  test('one that throws inside is recorded as failed', async () => {
    const failure = new Error('line 2 is broken');
    const { capability, rig } = instrument({
      *list() {
        yield 1;
        throw failure;
      },
      async *stream() {
        yield 1;
        throw failure;
      },
    });
    const list = capability.list();
    list.next();
    expect(() => list.next()).toThrow(failure);
    const stream = capability.stream();
    await stream.next();
    await expect(stream.next()).rejects.toBe(failure);
    expect(rig.only('list')).toMatchObject({ outcome: 'failed', error: { message: 'line 2 is broken' } });
    expect(rig.only('stream')).toMatchObject({ outcome: 'failed', error: { message: 'line 2 is broken' } });
  });

  test('what the caller throws into one and it handles is handed on', () => {
    const { capability, rig } = instrument({
      *ask(): Generator<string, string, string> {
        try {
          return yield 'question';
        } catch {
          return 'caught';
        }
      },
    });
    const ask = capability.ask();
    ask.next();
    expect(ask.throw(new Error('no answer'))).toEqual({ done: true, value: 'caught' });
    expect(rig.only('ask')).toMatchObject({ outcome: 'succeeded', resultJson: '{"items":1}' });
  });

  test('what next() is given arrives, and the return value comes out', () => {
    const { capability } = instrument({
      *ask(): Generator<string, string, string> {
        return `got ${yield 'question'}`;
      },
    });
    const ask = capability.ask();
    ask.next();
    expect(ask.next('answer')).toEqual({ done: true, value: 'got answer' });
  });

  test('one whose caller stops asking without a word is abandoned when the scenario ends', () => {
    const { capability, rig } = instrument({
      *list() {
        yield 1;
        yield 2;
      },
    });
    capability.list().next();
    rig.scenario.end();
    expect(rig.only('list')).toMatchObject({ outcome: 'abandoned', error: null });
  });

  test('one that does not answer before the scenario ends is timed out', () => {
    const { capability, rig } = instrument({
      async *stream() {
        await new Promise(() => {});
        yield 1;
      },
    });
    void capability.stream().next();
    rig.scenario.end();
    expect(rig.only('stream')).toMatchObject({ outcome: 'timed_out' });
  });
});
