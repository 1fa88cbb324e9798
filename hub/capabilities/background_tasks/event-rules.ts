import { CapabilityError } from '../../errors.js';
import type { EventRule, TaskEvent } from './task-types.js';

/** The rules by event, in the order they were made. */
export class EventRules {
  readonly #rules = new Map<string, Map<string, EventRule>>();

  /**
   * Adds a rule; gives back what takes it away.
   *
   * @throws CapabilityError BAD_INPUT for an empty name, or one that the event has already
   */
  add(event: string, rule: EventRule): () => void {
    if ([event, rule.name, rule.type].some((text) => text.trim() === '')) {
      throw new CapabilityError(
        'BAD_INPUT',
        'A rule needs an event, a name and a type of task, none of them empty.',
      );
    }
    const rules = this.#rules.get(event) ?? new Map<string, EventRule>();
    if (rules.has(rule.name)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `Event "${event}" has a rule "${rule.name}" already. Take it away first, or choose another name.`,
      );
    }
    rules.set(rule.name, rule);
    this.#rules.set(event, rules);
    return () => {
      if (rules.get(rule.name) === rule) rules.delete(rule.name);
    };
  }

  /** The rules that an event fires. */
  matching(event: TaskEvent): readonly EventRule[] {
    return [...(this.#rules.get(event.name)?.values() ?? [])].filter((rule) => rule.when?.(event) ?? true);
  }
}
