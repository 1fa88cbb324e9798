import { describe, expect, test } from 'vitest';
import { type CapabilityContext, defineCapability } from '../../src/capability/define-capability.js';
import { type CapabilityDefinitions, defineHub } from '../../src/capability/define-hub.js';
import { openHub } from '../../src/capability/open-hub.js';
import { RecordingRig } from '../support/recording-rig.js';
import { rejectionOf, thrownBy } from '../support/thrown-by.js';

const base = {
  workspacePath: 'workspace',
  stateDirectory: 'state',
  signal: new AbortController().signal,
  seed: 42,
};

interface Callable {
  call(depth?: number): unknown;
}

function open(capabilities: CapabilityDefinitions, rig = new RecordingRig()) {
  return openHub(defineHub({ capabilities }), rig.scenario, base);
}

describe('creating', () => {
  test('goes in the order of declaration, one after the other, with the context', async () => {
    const events: string[] = [];
    const contexts: CapabilityContext[] = [];
    const slow = async (context: CapabilityContext) => {
      events.push('slow begins');
      contexts.push(context);
      await Promise.resolve();
      events.push('slow is made');
      return { call: () => 'slow' };
    };
    const { hub } = await open({
      slow: defineCapability({ create: slow }),
      quick: defineCapability({
        create: () => {
          events.push('quick is made');
          return { call: () => 'quick' };
        },
      }),
    });
    expect(events).toEqual(['slow begins', 'slow is made', 'quick is made']);
    expect(contexts).toMatchObject([base]);
    expect(Object.keys(hub)).toEqual(['slow', 'quick']);
    expect((hub.slow as Callable).call()).toBe('slow');
  });

  test('releases what was made before when a create throws, and tells the cause', async () => {
    const disposed: string[] = [];
    const cause = new Error('port 1 is taken');
    const error = await rejectionOf(
      open({
        first: { create: () => ({}), dispose: () => void disposed.push('first') },
        second: { create: () => ({}), dispose: () => void disposed.push('second') },
        third: { create: () => Promise.reject(cause), dispose: () => void disposed.push('third') },
        fourth: { create: () => ({}), dispose: () => void disposed.push('fourth') },
      }),
    );
    expect(disposed).toEqual(['second', 'first']);
    expect(error.code).toBe('CAPABILITY_CREATE_FAILED');
    expect(error.message).toBe(
      'Capability "third" could not be created: port 1 is taken. Its create() threw; see the cause.',
    );
    expect(error.cause).toBe(cause);
  });

  test('tells why a create threw even when the release of the others fails as well', async () => {
    const error = await rejectionOf(
      open({
        first: {
          create: () => ({}),
          dispose: () => {
            throw new Error('stuck');
          },
        },
        second: { create: () => Promise.reject(new Error('port 1 is taken')) },
      }),
    );
    expect(error.code).toBe('CAPABILITY_CREATE_FAILED');
    expect(error.message).toContain('"second" could not be created: port 1 is taken');
    expect(error.message).toContain('"first": stuck');
  });

  test.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['text', 'string'],
  ])('refuses %j in the place of a capability', async (instance, named) => {
    const create = () => instance as unknown as object;
    const error = await rejectionOf(open({ broken: { create } }));
    expect(error.code).toBe('HUB_INVALID');
    expect(error.message).toBe(
      `create() of capability "broken" returned ${named}. Return an object with methods.`,
    );
  });
});

describe('closing', () => {
  test('releases the last one made first and waits for each', async () => {
    const events: string[] = [];
    const instance = {};
    const { close } = await open({
      first: { create: () => ({}), dispose: () => void events.push('first') },
      plain: { create: () => ({}) },
      last: {
        create: () => instance,
        dispose: async (given) => {
          await Promise.resolve();
          events.push(given === instance ? 'last' : 'another');
        },
      },
    });
    await close();
    await close();
    expect(events).toEqual(['last', 'first']);
  });

  test('tries all and names those that failed', async () => {
    const events: string[] = [];
    const cause = new Error('socket is gone');
    const { close } = await open({
      first: { create: () => ({}), dispose: () => Promise.reject(new Error('locked')) },
      second: { create: () => ({}), dispose: () => void events.push('second') },
      third: {
        create: () => ({}),
        dispose: () => {
          throw cause;
        },
      },
    });
    const error = await rejectionOf(close());
    expect(events).toEqual(['second']);
    expect(error.code).toBe('CAPABILITY_DISPOSE_FAILED');
    expect(error.message).toBe(
      'Not every capability could be released: "third": socket is gone; "first": locked.',
    );
    expect(error.cause).toBe(cause);
  });
});

describe('one capability in another', () => {
  test('is recorded with the calling activity as parent, which does not count as overlapping', async () => {
    const rig = new RecordingRig();
    const { hub } = await open(
      {
        outer: {
          create: (context) => {
            const inner = context.capability<Callable>('inner');
            return { call: async () => [await inner.call(), await inner.call()] };
          },
        },
        inner: { create: () => ({ call: async () => 'inner' }) },
      },
      rig,
    );
    expect(await (hub.outer as Callable).call()).toEqual(['inner', 'inner']);
    await (hub.inner as Callable).call();
    const outer = rig.activities.find(({ capability }) => capability === 'outer');
    const inner = rig.activities.filter(({ capability }) => capability === 'inner');
    expect(outer).toMatchObject({ parentId: null, overlapping: 0 });
    expect(inner.map(({ parentId }) => parentId)).toEqual([outer?.activityId, outer?.activityId, null]);
    expect(inner.map(({ overlapping }) => overlapping)).toEqual([0, 0, 0]);
  });

  test('counts a stranger as overlapping when its own parent is over already', async () => {
    const rig = new RecordingRig();
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let inner: Promise<unknown> = Promise.resolve();
    const { hub } = await open(
      {
        outer: {
          create: (context) => ({
            call: () => {
              inner = gate.then(() => context.capability<Callable>('inner').call());
              return 'inner goes on alone';
            },
          }),
        },
        inner: {
          create: (context) => {
            context.capability('outer');
            return { call: () => 'inner' };
          },
        },
        stranger: { create: () => ({ call: () => new Promise(() => {}) }) },
      },
      rig,
    );
    (hub.outer as Callable).call();
    void (hub.stranger as Callable).call();
    release();
    await inner;
    expect(rig.activities.find(({ capability }) => capability === 'inner')).toMatchObject({ overlapping: 1 });
  });

  test('works both ways round', async () => {
    const rig = new RecordingRig();
    const partner = (other: string) => (context: CapabilityContext) => {
      const linked = context.capability<Callable>(other);
      return { call: (depth = 0): unknown => (depth === 0 ? other : linked.call(depth - 1)) };
    };
    const { hub } = await open({ ping: { create: partner('pong') }, pong: { create: partner('ping') } }, rig);
    expect((hub.ping as Callable).call(3)).toBe('ping');
    const ids = new Map(rig.activities.map((activity) => [activity.activityId, activity]));
    const depths = rig.activities.map((activity) => {
      let depth = 0;
      for (let id = activity.parentId; id !== null; id = ids.get(id)?.parentId ?? null) depth++;
      return [activity.capability, depth, activity.overlapping];
    });
    expect(depths).toEqual([
      ['pong', 3, 0],
      ['ping', 2, 0],
      ['pong', 1, 0],
      ['ping', 0, 0],
    ]);
  });

  test('cannot be used before it is created', async () => {
    const error = await rejectionOf(
      open({
        early: {
          create: (context) => {
            context.capability<Callable>('late').call();
            return {};
          },
        },
        late: { create: () => ({ call: () => 1 }) },
      }),
    );
    expect(error.code).toBe('CAPABILITY_CREATE_FAILED');
    expect(error.message).toBe(
      'Capability "late" is not created yet. Use it inside a method, or declare it before the one that uses it.',
    );
  });

  test('has to be declared', async () => {
    const error = await rejectionOf(
      open({ search: { create: (context) => ({ other: context.capability('serch') }) } }),
    );
    expect(error.code).toBe('CAPABILITY_UNKNOWN');
    expect(error.message).toContain('Did you mean "search"?');
  });
});

describe('the hub in a scenario', () => {
  test('refuses an unknown capability with the nearest name', async () => {
    const { hub } = await open({ code_search: { create: () => ({}) }, memory: { create: () => ({}) } });
    const error = thrownBy(() => hub.code_serch);
    expect(error.code).toBe('CAPABILITY_UNKNOWN');
    expect(error.message).toBe(
      'The hub has no capability "code_serch". Did you mean "code_search"? It has: code_search, memory.',
    );
  });

  test('can be awaited and printed', async () => {
    const { hub } = await open({ memory: { create: () => ({}) } });
    expect(await Promise.resolve(hub)).toBe(hub);
    expect(JSON.stringify(hub)).toBe('{"memory":{}}');
    expect('memory' in hub).toBe(true);
  });
});

describe('defining a hub', () => {
  test.each([
    [undefined, '`capabilities` is missing'],
    [{}, '`capabilities` is missing'],
    [{ capabilities: {} }, 'was given no capability'],
    [{ capabilities: { '1st': { create: () => ({}) } } }, 'Capability name "1st" is not usable'],
    [{ capabilities: { search: {} } }, 'Capability "search" has no create function'],
    [{ capabilities: { search: null } }, 'Capability "search" has no create function'],
  ])('%j is refused', (definition, sentence) => {
    const error = thrownBy(() => defineHub(definition as { capabilities: CapabilityDefinitions }));
    expect(error.code).toBe('HUB_INVALID');
    expect(error.message).toContain(sentence);
  });
});
