import { RealWorldError } from '../../errors.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireList, requireName } from '../engine-options.js';
import { type ArrivalResult, checkArrival } from './check-arrival.js';

/** A value on its way through a flow, with where it came from. */
export interface FlowItem<Value = unknown> {
  /** What the value is called: its own `id`, itself if it is a text, or what `idOf` says. */
  readonly id: string;
  readonly value: Value;
  readonly madeBy: {
    /** Number of the step in its flow, from 1. */
    readonly step: number;
    readonly capability: string;
  };
  /** Items that it was made from; none for those of a step without inputs, the sources. */
  readonly from: readonly FlowItem[];
}

export interface StepOptions<Input, Output> {
  /** Items to work on; left out, the step makes the sources of the flow. */
  readonly inputs?: readonly FlowItem<Input>[];
  readonly idOf?: (output: Output, index: number) => string;
  /**
   * Ids of the inputs that an output was made from, or `all`. Left out, an output was made from the input with its id, and from
   * none when there is no such input: it then cannot be followed back.
   */
  readonly from?: 'all' | ((output: Output) => readonly string[]);
}

export interface LineageOptions {
  /** `one`: a source that several final items come from counts as duplicated. @default 'one' */
  readonly finalItemsPerSource?: 'one' | 'many';
}

export interface LineageResult extends ArrivalResult {
  readonly flow: string;
  /** Ids of final items that cannot be followed back to a source. They are `foreign` too. */
  readonly untraceable: readonly string[];
  readonly capabilities: readonly string[];
  /** Number of different capabilities in the flow. */
  readonly distinctCapabilities: number;
  readonly verdict: 'whole' | 'damaged' | 'inconclusive';
}

const stepOptionNames = ['inputs', 'idOf', 'from'];

/** Carries items through capabilities and remembers what was made from what. */
export class Flow {
  readonly name: string;
  readonly #context: EngineContext;
  readonly #capabilities: string[] = [];
  readonly #sources: FlowItem[] = [];
  /** The item of each id that was made last. */
  readonly #latest = new Map<string, FlowItem>();
  readonly #made = new WeakSet<FlowItem>();
  #steps = 0;

  constructor(context: EngineContext, name: string) {
    requireName('integration.flow', 'name', name);
    this.name = name;
    this.#context = context;
  }

  /**
   * Runs one step on all inputs at once. What the work throws ends the flow, as does a stop of the scenario.
   *
   * @throws RealWorldError `ENGINE_INVALID` for inputs of another flow and ids that are not among the inputs
   */
  async step<Input = never, Output = unknown>(
    capability: string,
    work: (inputs: readonly Input[]) => readonly Output[] | Promise<readonly Output[]>,
    options: StepOptions<Input, Output> = {},
  ): Promise<readonly FlowItem<Output>[]> {
    const inputs = this.#checkStep(capability, work, options);
    const { idOf = defaultId, from } = options;
    const step = this.#begin(capability);
    const outputs = await work(inputs.map(({ value }) => value));
    requireList('flow.step', 'the result of work', outputs);
    const byId = new Map<string, FlowItem<Input>[]>();
    for (const input of inputs) byId.set(input.id, [...(byId.get(input.id) ?? []), input]);
    const parentsOf = (output: Output, id: string): readonly FlowItem[] => {
      if (from === 'all') return inputs;
      if (from === undefined) return byId.get(id) ?? [];
      return from(output).flatMap((parent) => byId.get(parent) ?? this.#refuseParent(capability, parent));
    };
    return outputs.map((output, index) => {
      const id = idOf(output, index);
      return this.#make(
        id,
        output,
        { step, capability },
        parentsOf(output, id),
        options.inputs === undefined,
      );
    });
  }

  /** Runs one step on one input after the other; each output was made from the input that gave it. */
  async each<Input, Output>(
    capability: string,
    work: (input: Input) => readonly Output[] | Promise<readonly Output[]>,
    options: Omit<StepOptions<Input, Output>, 'from'> & Required<Pick<StepOptions<Input, Output>, 'inputs'>>,
  ): Promise<readonly FlowItem<Output>[]> {
    const inputs = this.#checkStep(capability, work, options);
    const { idOf = defaultId } = options;
    const step = this.#begin(capability);
    const made: FlowItem<Output>[] = [];
    for (const input of inputs) {
      this.#context.signal.throwIfAborted();
      const outputs = await work(input.value);
      requireList('flow.each', 'the result of work', outputs);
      for (const output of outputs) {
        const id = idOf(output, made.length);
        made.push(this.#make(id, output, { step, capability }, [input], false));
      }
    }
    return made;
  }

  /**
   * Whether every final item can be followed back to a source, and whether every source reached the end. Items may be given by
   * their id, as a capability at the end knows them.
   */
  checkLineage(finalItems: readonly (FlowItem | string)[], options: LineageOptions = {}): LineageResult {
    requireList('flow.checkLineage', 'finalItems', finalItems);
    requireKnownOptions('flow.checkLineage', options, ['finalItemsPerSource']);
    const known = new Set(this.#sources);
    const received: string[] = [];
    const untraceable: string[] = [];
    const seen = new Set<string>();
    for (const given of finalItems) {
      const item = typeof given === 'string' ? this.#latest.get(given) : given;
      const id = typeof given === 'string' ? given : given.id;
      const sources = item === undefined || !this.#made.has(item) ? [] : sourcesOf(item, known);
      if (sources.length === 0) {
        untraceable.push(id);
        received.push(`${id} (untraceable)`);
        continue;
      }
      const repeated = seen.has(id);
      seen.add(id);
      for (const source of sources) {
        // Several findings in one file are no duplicate; the same finding twice is.
        const isNew = options.finalItemsPerSource === 'many' && !repeated;
        if (!isNew || !received.includes(source.id)) received.push(source.id);
      }
    }
    const sent = this.#sources.map(({ id }) => id);
    const arrival = checkArrival(this.#context, this.name, sent, received);
    const capabilities = [...new Set(this.#capabilities)];
    const { recorder } = this.#context;
    const context = { flow: this.name, capabilities: capabilities.length, finalItems: finalItems.length };
    if (finalItems.length > 0) {
      const traced = 1 - untraceable.length / finalItems.length;
      recorder.recordMetric('cross_capability_coordination', traced, 'share', { context });
    }
    recorder.recordMetric('capabilities_in_flow', capabilities.length, 'count', { context });
    const verdict = sent.length === 0 ? 'inconclusive' : arrival.whole ? 'whole' : 'damaged';
    return {
      ...arrival,
      foreign: untraceable,
      flow: this.name,
      untraceable,
      capabilities,
      distinctCapabilities: capabilities.length,
      verdict,
    };
  }

  #checkStep<Input>(
    capability: string,
    work: unknown,
    options: { readonly inputs?: readonly FlowItem<Input>[] },
  ): readonly FlowItem<Input>[] {
    requireName('flow.step', 'capability', capability);
    requireFunction('flow.step', 'work', work);
    requireKnownOptions('flow.step', options, stepOptionNames);
    const { inputs = [] } = options;
    requireList('flow.step', 'inputs', inputs);
    if (inputs.every((input) => this.#made.has(input))) return inputs;
    throw new RealWorldError(
      'ENGINE_INVALID',
      `Step "${capability}" of flow "${this.name}" was given inputs that no step of the flow made. Give it what an earlier step returned.`,
    );
  }

  #begin(capability: string): number {
    this.#context.signal.throwIfAborted();
    this.#capabilities.push(capability);
    return ++this.#steps;
  }

  #make<Value>(
    id: string,
    value: Value,
    madeBy: FlowItem['madeBy'],
    from: readonly FlowItem[],
    isSource: boolean,
  ): FlowItem<Value> {
    requireName('flow.step', 'the id of an item', id);
    const item: FlowItem<Value> = { id, value, madeBy, from };
    this.#made.add(item);
    this.#latest.set(id, item);
    if (isSource) this.#sources.push(item);
    return item;
  }

  #refuseParent(capability: string, parent: string): never {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `Step "${capability}" of flow "${this.name}": "from" named "${parent}", which is not the id of an input.`,
    );
  }
}

/** All sources that an item was made from, directly or not. */
function sourcesOf(item: FlowItem, sources: ReadonlySet<FlowItem>): readonly FlowItem[] {
  const seen = new Set<FlowItem>([item]);
  // Sets give what is added while they are gone through.
  for (const reached of seen) for (const parent of reached.from) seen.add(parent);
  return [...seen].filter((reached) => sources.has(reached));
}

function defaultId(output: unknown, index: number): string {
  if (typeof output === 'string') return output;
  if (typeof output === 'object' && output !== null && 'id' in output) {
    if (typeof output.id === 'string' || typeof output.id === 'number') return String(output.id);
  }
  return `item ${index + 1}`;
}
