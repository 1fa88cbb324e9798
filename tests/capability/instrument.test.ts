import * as nodePath from 'node:path';
import { describe, expect, test } from 'vitest';
import { instrumentCapability, methodNames } from '../../src/capability/instrument.js';
import { RealWorldError } from '../../src/errors.js';
import { compileSources } from '../support/compiled-sources.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordingRig } from '../support/recording-rig.js';
import { runProgram } from '../support/run-program.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { thrownBy } from '../support/thrown-by.js';

function instrument<Instance extends object>(instance: Instance, rig = new RecordingRig()) {
  return { rig, capability: instrumentCapability('first', instance, rig.scenario) };
}

/** A promise and the functions that settle it. */
function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (thrown: unknown) => void = () => {};
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

describe('a call through the Proxy', () => {
  test('passes the same arguments, in number and identity', () => {
    const seen: unknown[][] = [];
    const { capability } = instrument({ take: (...args: unknown[]) => seen.push(args) });
    const subject = {};
    capability.take(subject, undefined, 3);
    capability.take();
    expect(seen).toEqual([[subject, undefined, 3], []]);
    expect(seen[0]?.[0]).toBe(subject);
  });

  test('returns the same object, and synchronously where the method is synchronous', () => {
    const result = { files: 3 };
    const { capability, rig } = instrument({ scan: () => result });
    expect(capability.scan()).toBe(result);
    expect(rig.only('scan')).toMatchObject({
      capability: 'first',
      outcome: 'succeeded',
      resultJson: '{"files":3}',
      error: null,
      taskId: 'task-1',
      workerPid: process.pid,
    });
  });

  test('throws the same error and records it', () => {
    const failure = Object.assign(new TypeError('no such table'), { code: 'E_TABLE' });
    const { capability, rig } = instrument({
      read() {
        throw failure;
      },
    });
    let thrown: unknown;
    try {
      capability.read();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBe(failure);
    expect(rig.only('read')).toMatchObject({
      outcome: 'failed',
      error: { name: 'TypeError', message: 'no such table', code: 'E_TABLE' },
      resultJson: null,
    });
  });

  test('runs with the capability itself as this, so that private fields work', () => {
    class Counter {
      #count = 0;
      increase() {
        this.#count++;
        return this.#count;
      }
    }
    const { capability } = instrument(new Counter());
    capability.increase();
    expect(capability.increase()).toBe(2);
  });

  test('records no call that the capability makes on itself', () => {
    class Twice {
      outer() {
        return this.inner() * 2;
      }
      inner() {
        return 21;
      }
    }
    const { capability, rig } = instrument(new Twice());
    expect(capability.outer()).toBe(42);
    expect(rig.activities.map(({ method }) => method)).toEqual(['outer']);
  });

  test('takes the time of the call from the clock', () => {
    const clock = new FakeClock();
    const { capability, rig } = instrument({ work: () => clock.advance(250) }, new RecordingRig({ clock }));
    capability.work();
    expect(rig.only('work').durationMs).toBe(250);
  });

  test('works when the method is taken off the capability first', () => {
    class Named {
      #name = 'x';
      name() {
        return this.#name;
      }
    }
    const { capability } = instrument(new Named());
    const { name } = capability;
    expect(name()).toBe('x');
  });

  test('hands out the same function at every access, until the method is replaced', () => {
    const subject = { run: () => 1 };
    const { capability, rig } = instrument(subject);
    const before = capability.run;
    expect(capability.run).toBe(before);
    capability.run = () => 2;
    expect(capability.run()).toBe(2);
    expect(subject.run()).toBe(2);
    expect(rig.activities).toHaveLength(1);
  });
});

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

describe('calls at the same time', () => {
  test('count each other', async () => {
    const first = deferred<void>();
    const second = deferred<void>();
    const { capability, rig } = instrument({
      one: () => first.promise,
      two: () => second.promise,
      three: () => 'alone between them',
    });
    const both = Promise.all([capability.one(), capability.two()]);
    capability.three();
    first.resolve();
    second.resolve();
    await both;
    capability.three();
    const overlapping = rig.activities.map(({ method, overlapping: count }) => [method, count]);
    expect(overlapping).toEqual([
      ['three', 2],
      ['one', 2],
      ['two', 2],
      ['three', 0],
    ]);
  });
});

describe('what a capability is', () => {
  test('a frozen object works', () => {
    const { capability, rig } = instrument(Object.freeze({ run: () => 'ran' }));
    expect(capability.run()).toBe('ran');
    expect(rig.only('run').outcome).toBe('succeeded');
    expect(Object.keys(capability)).toEqual(['run']);
    expect(Reflect.set(capability, 'run', () => 'other')).toBe(false);
  });

  test('a module namespace works', () => {
    const { capability, rig } = instrument(nodePath);
    expect(capability.posix.join('a', 'b')).toBe('a/b');
    expect(capability.basename('/a/b.txt')).toBe('b.txt');
    expect(rig.only('basename').resultJson).toBe('"b.txt"');
    expect('join' in capability).toBe(true);
    expect(Object.keys(capability)).toEqual(Object.keys(nodePath));
  });

  test('a class among its properties is made with new, recorded, and can be extended', () => {
    class Client {
      static version = 3;
      readonly url: string;
      constructor(url: string) {
        this.url = url;
      }
    }
    const { capability, rig } = instrument({ Client });
    const client = new capability.Client('db://x');
    expect(client).toBeInstanceOf(Client);
    expect(client).toBeInstanceOf(capability.Client);
    expect(client.url).toBe('db://x');
    expect(capability.Client.version).toBe(3);
    expect(rig.only('Client').outcome).toBe('succeeded');
    class Special extends capability.Client {
      special() {
        return `special ${this.url}`;
      }
    }
    expect(new Special('y').special()).toBe('special y');
  });

  test('a fluent method hands on the instrumented capability', () => {
    class Builder {
      parts: string[] = [];
      add(part: string) {
        this.parts.push(part);
        return this;
      }
      build() {
        return this.parts.join('');
      }
    }
    const { capability, rig } = instrument(new Builder());
    expect(capability.add('a').add('b').build()).toBe('ab');
    expect(rig.activities.map(({ method, resultJson }) => [method, resultJson])).toEqual([
      ['add', '"[this]"'],
      ['add', '"[this]"'],
      ['build', '"ab"'],
    ]);
  });

  test('values and getters pass through unrecorded', () => {
    class Status {
      #ready = true;
      readonly limit = 5;
      get ready() {
        return this.#ready;
      }
      set ready(value: boolean) {
        this.#ready = value;
      }
    }
    const { capability, rig } = instrument(new Status());
    expect([capability.limit, capability.ready]).toEqual([5, true]);
    capability.ready = false;
    expect(capability.ready).toBe(false);
    expect(rig.activities).toEqual([]);
  });

  test('methods under symbols work', () => {
    const mark = Symbol('mark');
    const { capability, rig } = instrument({
      [mark]: () => 'marked',
      *[Symbol.iterator]() {
        yield 1;
        yield 2;
      },
    });
    expect(capability[mark]()).toBe('marked');
    expect([...capability]).toEqual([1, 2]);
    expect(rig.only('Symbol(mark)').resultJson).toBe('"marked"');
    expect(Reflect.get(capability, Symbol('other'))).toBeUndefined();
  });

  test('its class, its prototype and its names stay visible', () => {
    class Base {
      inherited() {}
    }
    class Service extends Base {
      own = 1;
      method() {}
    }
    const { capability } = instrument(new Service());
    expect(capability).toBeInstanceOf(Service);
    expect(capability.constructor).toBe(Service);
    expect(Object.keys(capability)).toEqual(['own']);
    expect('method' in capability && 'inherited' in capability && !('missing' in capability)).toBe(true);
    expect(Object.getOwnPropertyDescriptor(capability, 'own')).toMatchObject({ value: 1 });
    expect(capability.method.name).toBe('method');
  });

  test('its properties can be deleted', () => {
    const subject: { extra?: number } = { extra: 1 };
    const { capability } = instrument(subject);
    delete capability.extra;
    expect('extra' in subject).toBe(false);
  });

  test('names come from its classes too, without the constructor', () => {
    class Base {
      inherited() {}
    }
    class Service extends Base {
      own = () => {};
      method() {}
      get getter() {
        return () => {};
      }
    }
    expect(methodNames(new Service())).toEqual(['inherited', 'method', 'own']);
  });
});

describe('an unknown method', () => {
  test('is answered with the nearest known one', () => {
    const { capability } = instrument({ search: () => 1, index: () => 2 });
    const error = thrownBy(() => Reflect.get(capability, 'serach'));
    expect(error).toBeInstanceOf(RealWorldError);
    expect(error.code).toBe('METHOD_UNKNOWN');
    expect(error.message).toBe(
      'Capability "first" has no method "serach". Did you mean "search"? It has: index, search.',
    );
  });

  test('is not what awaiting, printing and comparing a capability looks for', async () => {
    const subject = { run: () => 1 };
    const { capability, rig } = instrument(subject);
    expect(await Promise.resolve(capability)).toBe(capability);
    expect(JSON.stringify(capability)).toBe('{}');
    expect(String(capability)).toBe('[object Object]');
    expect(capability).not.toEqual({ other: 1 });
    expect(rig.activities.filter(({ method }) => method === 'run')).toEqual([]);
  });

  test('is not a property that exists with the value undefined', () => {
    const { capability } = instrument({ cache: undefined });
    expect(capability.cache).toBeUndefined();
  });
});
