import { messageOf, RealWorldError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import type { ScenarioRecorder } from '../recording/scenario-recorder.js';
import type { CapabilityContext } from './define-capability.js';
import type { HubDefinition } from './define-hub.js';
import { instrumentCapability } from './instrument.js';

export interface OpenHub {
  /** The capabilities by name, instrumented. */
  readonly hub: Readonly<Record<string, object>>;
  /**
   * Releases every capability, the last one made first.
   *
   * @throws RealWorldError `CAPABILITY_DISPOSE_FAILED` after all were tried, naming those that failed
   */
  close(): Promise<void>;
}

/**
 * Creates the capabilities of a hub for one scenario, in the order in which they are declared.
 *
 * @throws RealWorldError `CAPABILITY_CREATE_FAILED` with the cause; what was made before is released
 */
export async function openHub(
  definition: HubDefinition,
  recorder: ScenarioRecorder,
  base: Omit<CapabilityContext, 'capability'>,
): Promise<OpenHub> {
  const instances = new Map<string, object>();
  // Without a prototype, so that a capability that is not there yet is not taken for one of Object's methods.
  const instrumented = Object.create(null) as Record<string, object>;
  const declared = Object.keys(definition.capabilities);
  // A create that takes its context may link capabilities, at any time later: nesting has to be known from the first call.
  if (Object.values(definition.capabilities).some(({ create }) => create.length > 0))
    recorder.nesting.enable();
  const context: CapabilityContext = {
    ...base,
    capability: <Instance extends object>(name: string) => {
      requireDeclared(name, declared);
      recorder.nesting.enable();
      return linkCapability<Instance>(name, instrumented);
    },
  };
  const close = async (): Promise<void> => {
    const failures: string[] = [];
    const causes: unknown[] = [];
    for (const [name, instance] of [...instances].reverse()) {
      try {
        await definition.capabilities[name]?.dispose?.(instance);
      } catch (thrown) {
        failures.push(`"${name}": ${messageOf(thrown)}`);
        causes.push(thrown);
      }
    }
    instances.clear();
    if (failures.length === 0) return;
    throw new RealWorldError(
      'CAPABILITY_DISPOSE_FAILED',
      `Not every capability could be released: ${failures.join('; ')}.`,
      { cause: causes[0] },
    );
  };
  for (const [name, capability] of Object.entries(definition.capabilities)) {
    try {
      const instance: unknown = await capability.create(context);
      requireObject(name, instance);
      instances.set(name, instance);
      instrumented[name] = instrumentCapability(name, instance, recorder);
    } catch (thrown) {
      // What cannot be released now must not hide why it has to be.
      const unreleased = await close().then(
        () => '',
        (failure: unknown) => ` ${messageOf(failure)}`,
      );
      if (thrown instanceof RealWorldError) throw thrown;
      throw new RealWorldError(
        'CAPABILITY_CREATE_FAILED',
        `Capability "${name}" could not be created: ${messageOf(thrown)}. Its create() threw; see the cause.${unreleased}`,
        { cause: thrown },
      );
    }
  }
  return { hub: guardUnknownCapabilities(instrumented, declared), close };
}

/** A capability by name that may not have been created yet; it is looked up when it is used. */
function linkCapability<Instance extends object>(
  name: string,
  instrumented: Readonly<Record<string, object>>,
): Instance {
  return new Proxy({} as Instance, {
    get(_empty, property) {
      const capability = instrumented[name];
      if (capability === undefined) {
        throw new RealWorldError(
          'CAPABILITY_CREATE_FAILED',
          `Capability "${name}" is not created yet. Use it inside a method, or declare it before the one that uses it.`,
        );
      }
      return Reflect.get(capability, property) as unknown;
    },
    has: (_empty, property) => property in (instrumented[name] ?? {}),
  });
}

function guardUnknownCapabilities(
  instrumented: Readonly<Record<string, object>>,
  declared: readonly string[],
): Readonly<Record<string, object>> {
  return new Proxy(instrumented, {
    get(target, property) {
      if (
        typeof property === 'string' &&
        !(property in target) &&
        property !== 'then' &&
        property !== 'toJSON'
      ) {
        if (!/^[$@_]|^(asymmetricMatch|nodeType|tagName|constructor)$/.test(property)) {
          requireDeclared(property, declared);
        }
      }
      return Reflect.get(target, property) as unknown;
    },
  });
}

function requireDeclared(name: string, declared: readonly string[]): void {
  if (declared.includes(name)) return;
  const nearest = nearestName(name, declared);
  const advice = nearest === null ? '' : ` Did you mean "${nearest}"?`;
  throw new RealWorldError(
    'CAPABILITY_UNKNOWN',
    `The hub has no capability "${name.slice(0, 100)}".${advice} It has: ${declared.join(', ')}.`,
  );
}

function requireObject(name: string, instance: unknown): asserts instance is object {
  if ((typeof instance === 'object' || typeof instance === 'function') && instance !== null) return;
  throw new RealWorldError(
    'HUB_INVALID',
    `create() of capability "${name}" returned ${instance === null ? 'null' : typeof instance}. Return an object with methods.`,
  );
}
