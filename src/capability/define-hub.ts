import { RealWorldError } from '../errors.js';
import type { CapabilityDefinition } from './define-capability.js';

export type CapabilityDefinitions = Readonly<Record<string, CapabilityDefinition<object>>>;

const hubMark = Symbol.for('vitest-realworld.hub');

export interface HubDefinition<Capabilities extends CapabilityDefinitions = CapabilityDefinitions> {
  readonly capabilities: Capabilities;
}

/** The hub as a scenario sees it: each capability under its name, with the methods its `create` returned. */
export type HubOf<Definition> =
  Definition extends HubDefinition<infer Capabilities>
    ? {
        readonly [Name in keyof Capabilities]: Capabilities[Name] extends CapabilityDefinition<infer Instance>
          ? Instance
          : never;
      }
    : never;

/**
 * Defines the system under test as a set of named capabilities.
 *
 * @throws RealWorldError `HUB_INVALID`, naming the capability that is not one
 */
export function defineHub<const Capabilities extends CapabilityDefinitions>(definition: {
  readonly capabilities: Capabilities;
}): HubDefinition<Capabilities> {
  const capabilities: unknown = (definition as { capabilities?: unknown } | undefined)?.capabilities;
  if (typeof capabilities !== 'object' || capabilities === null) {
    throw new RealWorldError(
      'HUB_INVALID',
      'defineHub() takes { capabilities: { name: defineCapability({ create }) } }; `capabilities` is missing.',
    );
  }
  for (const [name, capability] of Object.entries(capabilities)) {
    requireCapability(name, capability);
  }
  if (Object.keys(capabilities).length === 0) {
    throw new RealWorldError('HUB_INVALID', 'defineHub() was given no capability. Add at least one.');
  }
  return Object.freeze({ ...definition, [hubMark]: true });
}

/** Whether a value came out of `defineHub`, of this copy of the package or another. */
export function isHubDefinition(value: unknown): value is HubDefinition {
  return typeof value === 'object' && value !== null && hubMark in value;
}

function requireCapability(name: string, capability: unknown): void {
  if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) {
    throw new RealWorldError(
      'HUB_INVALID',
      `Capability name "${name}" is not usable. Begin with a letter and use letters, digits, "_" or "-", at most 64.`,
    );
  }
  const create: unknown = (capability as { create?: unknown } | null | undefined)?.create;
  if (typeof create === 'function') return;
  throw new RealWorldError(
    'HUB_INVALID',
    `Capability "${name}" has no create function. Write ${name}: defineCapability({ create: () => new ${name.replaceAll(/[^A-Za-z0-9]/g, '')}() }).`,
  );
}
