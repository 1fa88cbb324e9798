import * as nodePath from 'node:path';
import { describe, expect, test } from 'vitest';
import { methodNames } from '../../src/capability/instrument.js';
import { RealWorldError } from '../../src/errors.js';
import { instrument } from '../support/instrumented-capability.js';
import { thrownBy } from '../support/thrown-by.js';

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
