import { types } from 'node:util';
import { RealWorldError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import type { RecordedMethod, RunningActivity } from '../recording/running-activity.js';
import type { ScenarioRecorder } from '../recording/scenario-recorder.js';

type Method = (...args: unknown[]) => unknown;

/**
 * The capability behind a Proxy that behaves like it: same arguments, same result, same throw, synchronous where
 * it was synchronous. Only the recorder is told. Methods run with the capability itself as `this`, so private
 * fields work and what it calls on itself is not an activity of its own.
 */
export function instrumentCapability<Instance extends object>(
  name: string,
  instance: Instance,
  recorder: ScenarioRecorder,
): Instance {
  const wrapped = new Map<PropertyKey, { readonly original: unknown; readonly wrapper: Method }>();
  const proxy = standFor(instance, (property) => {
    const value: unknown = Reflect.get(instance, property, instance);
    const isClass = property === 'constructor' && !Object.hasOwn(instance, property);
    if (typeof value !== 'function' || isClass) {
      if (value === undefined && typeof property === 'string' && !(property in instance)) {
        refuseUnknownMethod(name, property, instance);
      }
      return value;
    }
    const known = wrapped.get(property);
    if (known !== undefined && known.original === value) return known.wrapper;
    const method = recorder.describeMethod(name, String(property));
    const wrapper = wrapMethod(value as Method, instance, proxy, method, recorder);
    wrapped.set(property, { original: value, wrapper });
    return wrapper;
  });
  return proxy;
}

/** The method behind a Proxy, so that its name, length, own properties and use with `new` stay as they are. */
function wrapMethod(
  original: Method,
  instance: object,
  instrumented: object,
  method: RecordedMethod,
  recorder: ScenarioRecorder,
): Method {
  const { nesting } = recorder;
  const record = (input: readonly unknown[], call: () => unknown): unknown => {
    const activity = recorder.begin(method, input);
    let result: unknown;
    try {
      result = nesting.run(activity, call);
    } catch (thrown) {
      recorder.fail(activity, thrown);
      throw thrown;
    }
    // A fluent method hands on the instrumented capability, so that the rest of the chain is recorded as well.
    if (result === instance) {
      recorder.succeed(activity, '[this]');
      return instrumented;
    }
    return followResult(result, activity, recorder);
  };
  const wrapper: Method = new Proxy(original, {
    apply: (target, _caller, args: unknown[]) => record(args, () => Reflect.apply(target, instance, args)),
    construct: (target, args: unknown[], newTarget) =>
      record(args, () => {
        // A class that extends this one stays the one that is made.
        const made: unknown = Reflect.construct(target, args, newTarget === wrapper ? target : newTarget);
        return made;
      }) as object,
  });
  return wrapper;
}

function followResult(result: unknown, activity: RunningActivity, recorder: ScenarioRecorder): unknown {
  if (typeof result === 'object' && result !== null && !isPlainObject(result)) {
    if (isPlainPromise(result)) return followPromise(result, activity, recorder);
    if (types.isGeneratorObject(result)) return followGenerator(result, activity, recorder);
    if (isThenable(result)) return followThenable(result, activity, recorder);
  }
  recorder.succeed(activity, result);
  return result;
}

/** Most results are such, and with one look it is known that there is nothing to follow. */
function isPlainObject(result: object): boolean {
  return (
    !types.isProxy(result) &&
    Object.getPrototypeOf(result) === Object.prototype &&
    !Object.hasOwn(result, 'then') &&
    !Object.hasOwn(Object.prototype, 'then') &&
    !types.isGeneratorObject(result)
  );
}

/** A promise with methods of its own, of a subclass or hung on it by a client, must stay that very promise. */
function isPlainPromise(result: object): result is Promise<unknown> {
  return (
    types.isPromise(result) &&
    Object.getPrototypeOf(result) === Promise.prototype &&
    Reflect.ownKeys(result).length === 0
  );
}

/** Looks for a method `then` without calling a getter or a trap of the system under test. */
function isThenable(result: object): result is PromiseLike<unknown> {
  for (
    let holder: object | null = result;
    holder !== null && !types.isProxy(holder);
    holder = Object.getPrototypeOf(holder) as object | null
  ) {
    const property = Object.getOwnPropertyDescriptor(holder, 'then');
    if (property !== undefined) return typeof property.value === 'function';
  }
  return false;
}

/** The promise that is handed on is the one that settles after recording; a rejection nobody handles stays one. */
function followPromise(
  promise: Promise<unknown>,
  activity: RunningActivity,
  recorder: ScenarioRecorder,
): Promise<unknown> {
  return promise.then(
    (value) => {
      recorder.succeed(activity, value);
      return value;
    },
    (thrown: unknown) => {
      recorder.fail(activity, thrown);
      throw thrown;
    },
  );
}

/**
 * Promises of SDKs and query builders have methods of their own and often begin only when `then` is called, some
 * at every call of it. So `then` is never called here: the caller's own call is watched.
 */
function followThenable(
  thenable: PromiseLike<unknown>,
  activity: RunningActivity,
  recorder: ScenarioRecorder,
): PromiseLike<unknown> {
  activity.waitsForCaller = true;
  const watchedThen = (
    onFulfilled?: ((value: unknown) => unknown) | null,
    onRejected?: ((thrown: unknown) => unknown) | null,
  ): PromiseLike<unknown> => {
    activity.waitsForCaller = false;
    return thenable.then(
      (value) => {
        recorder.succeed(activity, value);
        return onFulfilled ? onFulfilled(value) : value;
      },
      (thrown: unknown) => {
        recorder.fail(activity, thrown);
        if (onRejected) return onRejected(thrown);
        throw thrown;
      },
    );
  };
  return standFor(thenable, (property) => {
    if (property === 'then') return watchedThen;
    if (property === 'catch')
      return (onRejected?: (thrown: unknown) => unknown) => watchedThen(null, onRejected);
    if (property === 'finally') {
      return (onFinally?: () => void) => Promise.resolve(watchedThen()).finally(onFinally);
    }
    const value: unknown = Reflect.get(thenable, property, thenable);
    return typeof value === 'function' ? (value as Method).bind(thenable) : value;
  });
}

/**
 * A Proxy that stands for an object and hands out its properties through `read`. Its own target is a bare stand-in: a frozen
 * object as target would forbid handing out anything but what it holds.
 */
function standFor<Instance extends object>(
  instance: Instance,
  read: (property: string | symbol) => unknown,
): Instance {
  const standIn = Object.create(Object.getPrototypeOf(instance) as object | null) as Instance;
  return new Proxy(standIn, {
    get: (_standIn, property) => read(property),
    set: (_standIn, property, value) => Reflect.set(instance, property, value, instance),
    has: (_standIn, property) => property in instance,
    ownKeys: () => Reflect.ownKeys(instance),
    deleteProperty: (_standIn, property) => Reflect.deleteProperty(instance, property),
    getOwnPropertyDescriptor(_standIn, property) {
      const descriptor = Reflect.getOwnPropertyDescriptor(instance, property);
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
    },
  });
}

type AnyGenerator = Generator<unknown, unknown, unknown> | AsyncGenerator<unknown, unknown, unknown>;

/** A generator's activity lasts until its last item; the result kept is the number of items. */
function followGenerator(
  generator: AnyGenerator,
  activity: RunningActivity,
  recorder: ScenarioRecorder,
): AnyGenerator {
  const { nesting } = recorder;
  activity.waitsForCaller = true;
  let items = 0;
  const settle = (step: IteratorResult<unknown>, abandoned: boolean): IteratorResult<unknown> => {
    activity.waitsForCaller = true;
    if (!step.done) {
      items++;
      recorder.markFirstResult(activity);
    } else if (abandoned) recorder.abandon(activity, { items });
    else recorder.succeed(activity, { items });
    return step;
  };
  const advance = (operation: 'next' | 'return' | 'throw', args: unknown[]): unknown => {
    const abandoned = operation === 'return';
    activity.waitsForCaller = false;
    try {
      const step: unknown = nesting.run(activity, () => Reflect.apply(generator[operation], generator, args));
      if (!types.isPromise(step)) return settle(step as IteratorResult<unknown>, abandoned);
      return step.then(
        (result) => settle(result as IteratorResult<unknown>, abandoned),
        (thrown: unknown) => {
          recorder.fail(activity, thrown);
          throw thrown;
        },
      );
    } catch (thrown) {
      recorder.fail(activity, thrown);
      throw thrown;
    }
  };
  const operations = new Map<PropertyKey, Method>(
    (['next', 'return', 'throw'] as const).map((operation) => [
      operation,
      (...args: unknown[]) => advance(operation, args),
    ]),
  );
  const followed: AnyGenerator = new Proxy(generator, {
    get(target, property) {
      const operation = operations.get(property);
      if (operation !== undefined) return operation;
      const value: unknown = Reflect.get(target, property, target);
      if (property === Symbol.asyncIterator || property === Symbol.iterator) {
        return typeof value === 'function' ? () => followed : value;
      }
      return typeof value === 'function' ? (value as Method).bind(target) : value;
    },
  });
  return followed;
}

/** Names that test runners, printers and `await` look up on any object to see what it is. */
const probes = new Set([
  'then',
  'catch',
  'finally',
  'toJSON',
  'toString',
  'valueOf',
  'inspect',
  'constructor',
  'asymmetricMatch',
  '$$typeof',
  'nodeType',
  'tagName',
  'hasAttribute',
  'length',
  'name',
  'size',
  'prototype',
  'message',
  'stack',
]);

function refuseUnknownMethod(capability: string, property: string, instance: object): void {
  if (probes.has(property) || property.startsWith('@@') || property.startsWith('_')) return;
  const methods = methodNames(instance);
  const nearest = nearestName(property, methods);
  const advice = nearest === null ? '' : ` Did you mean "${nearest}"?`;
  throw new RealWorldError(
    'METHOD_UNKNOWN',
    `Capability "${capability}" has no method "${property.slice(0, 100)}".${advice} It has: ${methods.join(', ') || 'none'}.`,
  );
}

/** The names of an object's methods, its classes' included. */
export function methodNames(instance: object): readonly string[] {
  const names = new Set<string>();
  for (
    let holder: object | null = instance;
    holder !== null && holder !== Object.prototype && holder !== Function.prototype;
    holder = Object.getPrototypeOf(holder) as object | null
  ) {
    // Vite's form of a module has a getter for each export; those of other objects are not called to be looked at.
    const isModule = Object.getOwnPropertyDescriptor(holder, Symbol.toStringTag)?.value === 'Module';
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      const value: unknown = isModule ? Reflect.get(holder, name) : property.value;
      if (name !== 'constructor' && typeof value === 'function') names.add(name);
    }
  }
  return [...names].sort();
}
