/** What a capability is given when it is created; each scenario has a hub, and so capabilities, of its own. */
export interface CapabilityContext {
  /** Absolute path of the codebase the scenario works on. Read it; to write, take `workspace.copy()` in the scenario. */
  readonly workspacePath: string;
  /** Absolute path of a folder for the state of this hub; it is removed when the scenario ends. */
  readonly stateDirectory: string;
  /** Aborts when the scenario times out or the session is stopped. */
  readonly signal: AbortSignal;
  readonly seed: number;
  /**
   * Another capability of the same hub, by name, for use inside methods. Calls through it are recorded with the
   * calling activity as their parent.
   */
  capability<Instance extends object>(name: string): Instance;
}

export interface CapabilityDefinition<Instance extends object> {
  /** Makes the capability: an object whose methods are what scenarios call. May be asynchronous. */
  create(context: CapabilityContext): Instance | Promise<Instance>;
  /** Releases what the capability holds, after the scenario. */
  dispose?(instance: Instance): void | Promise<void>;
}

/** Defines one capability of a hub: an SDK, a service client, an instance of a class, a module of functions. */
export function defineCapability<Instance extends object>(
  definition: CapabilityDefinition<Instance>,
): CapabilityDefinition<Instance> {
  return definition;
}
