import { describe, expect, test } from 'vitest';
import { deferred } from '../support/deferred.js';
import { FakeClock } from '../support/fake-clock.js';
import { instrument } from '../support/instrumented-capability.js';
import { RecordingRig } from '../support/recording-rig.js';

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
