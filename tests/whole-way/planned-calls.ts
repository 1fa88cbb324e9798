import fc from 'fast-check';
import { defineCapability } from '../../src/capability/define-capability.js';
import { defineHub, type HubDefinition } from '../../src/capability/define-hub.js';
import {
  capabilityName,
  type HeldValue,
  hostileText,
  hostileTextAround,
  hostileValue,
} from '../support/hostile-arbitraries.js';
import type { InstrumentedHub } from '../support/recorded-sessions.js';
import { nameCharsMax } from './expected-rows.js';

const seed = 20_260_203;

const styles = ['sync', 'async', 'generator', 'async generator'] as const;

/** One call to come: what the method is, and how it ends. */
interface PlannedCall {
  readonly capability: string;
  readonly method: string;
  readonly style: (typeof styles)[number];
  readonly throws: boolean;
  /** What it returns, throws, or hands on as its items. */
  readonly value: HeldValue;
  readonly args: readonly HeldValue[];
}

/** `await` and `create()` take any object with a method `then` for a promise; `constructor` has a test of its own. */
const methodName = fc
  .oneof(hostileText, hostileTextAround(nameCharsMax), fc.constantFrom('call', 'toJSON', 'catch', 'valueOf'))
  .filter((name) => name !== 'then' && name !== 'constructor');

export const plannedCalls: fc.Arbitrary<readonly PlannedCall[]> = fc.uniqueArray(
  fc.record({
    capability: capabilityName,
    method: methodName,
    style: fc.constantFrom(...styles),
    throws: fc.boolean(),
    value: hostileValue,
    args: fc.array(hostileValue, { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 6, selector: ({ capability, method }) => JSON.stringify([capability, method]) },
);

export interface Heard {
  readonly caller: unknown;
  readonly args: readonly unknown[];
}

/** The method itself, as a user would write it; it tells what it was called with. */
function bareMethod(
  { style, throws, value: held }: PlannedCall,
  heard: Heard[],
): (...args: unknown[]) => unknown {
  const value = held.take();
  const end = (): unknown => {
    if (throws) throw value;
    return value;
  };
  const methods = {
    sync(this: unknown, ...args: unknown[]) {
      heard.push({ caller: this, args });
      return end();
    },
    async async(this: unknown, ...args: unknown[]) {
      heard.push({ caller: this, args });
      await null;
      return end();
    },
    *generator(this: unknown, ...args: unknown[]) {
      heard.push({ caller: this, args });
      yield value;
      return end();
    },
    async *'async generator'(this: unknown, ...args: unknown[]) {
      heard.push({ caller: this, args });
      yield [value];
      return end();
    },
  };
  return methods[style];
}

export function hubOf(calls: readonly PlannedCall[], heard: Heard[] = []) {
  const instances = new Map<string, object>();
  for (const call of calls) {
    const instance = instances.get(call.capability) ?? {};
    instances.set(call.capability, instance);
    // Assigning to `__proto__` would set the prototype.
    Object.defineProperty(instance, call.method, {
      value: bareMethod(call, heard),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  const definitions = [...instances].map(([name, instance]) => [
    name,
    defineCapability({ create: () => instance }),
  ]);
  const definition: HubDefinition = defineHub({ capabilities: Object.fromEntries(definitions) });
  return { definition, instances };
}

export interface Ending {
  readonly thrown: boolean;
  readonly value: unknown;
  readonly items: readonly unknown[];
}

/** Calls a method to its end: waits for its promise, takes all items of its generator. */
export async function callToEnd(holder: object, { method, style, args }: PlannedCall): Promise<Ending> {
  const items: unknown[] = [];
  try {
    const called: unknown = Reflect.get(holder, method).apply(
      holder,
      args.map(({ take }) => take()),
    );
    if (style === 'sync') return { thrown: false, value: called, items };
    if (style === 'async') return { thrown: false, value: await called, items };
    const generator = called as Generator<unknown> | AsyncGenerator<unknown>;
    for (;;) {
      const step = await generator.next();
      if (step.done) return { thrown: false, value: step.value, items };
      // An array around the value keeps `await` from taking it for a promise.
      items.push(style === 'async generator' ? (step.value as unknown[])[0] : step.value);
    }
  } catch (thrown) {
    return { thrown: true, value: thrown, items };
  }
}

/** Waiting for a revoked proxy is an error of the language, which makes a new one each time. */
function areRevocations(...values: readonly unknown[]): boolean {
  return values.every(
    (value) => value instanceof TypeError && value.message.includes('proxy that has been revoked'),
  );
}

export function isSameEnding(left: Ending, right: Ending): boolean {
  return (
    left.thrown === right.thrown &&
    (Object.is(left.value, right.value) || areRevocations(left.value, right.value)) &&
    left.items.length === right.items.length &&
    left.items.every((item, index) => Object.is(item, right.items[index]))
  );
}

/** One method `give` of one capability `box` that returns or throws what it is given by the test. */
export function boxOf(give: () => unknown): HubDefinition {
  return defineHub({ capabilities: { box: defineCapability({ create: () => ({ give }) }) } });
}

export function give(hub: InstrumentedHub): unknown {
  return (hub.box as { give(): unknown }).give();
}

export function callNamed(hub: InstrumentedHub, method: string): unknown {
  return (hub.box as Record<string, () => unknown>)[method]?.();
}

export function giveOrCatch(hub: InstrumentedHub): unknown {
  try {
    return give(hub);
  } catch (thrown) {
    return thrown;
  }
}

/** Runs a property with a fixed seed; the number of cases keeps the file's time in bounds. */
export function check<Values extends [unknown, ...unknown[]]>(
  numRuns: number,
  property: fc.IAsyncProperty<Values>,
): Promise<void> {
  return fc.assert(property, { seed, numRuns });
}
