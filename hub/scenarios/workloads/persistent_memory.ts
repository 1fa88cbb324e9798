import type { CapabilityWorkload } from './capability-workload.js';

/** A memory is kept, recalled by its words, told from others by its tag, and forgotten. */
export const persistentMemoryWorkload: CapabilityWorkload = {
  capability: 'persistent_memory',
  paceMs: 1_000,
  weight: 'light',
  prepare: ({ hub: { persistent_memory: memory }, seed }) => ({
    round: (number) => {
      const tag = `workload-${seed}-${number}`;
      const { id } = memory.remember({
        text: `Round ${number}: the parser loops on empty input`,
        kind: 'finding',
        tags: [tag],
        source: 'workload',
      });
      const [recalled, ...others] = memory.recall('why does parsing loop', { tags: [tag] });
      if (recalled?.id !== id || recalled.source !== 'workload' || others.length > 0)
        throw new Error(`Memory ${id} was not recalled alone, but ${JSON.stringify([recalled, ...others])}.`);
      if (!memory.forget(id)) throw new Error(`Memory ${id} could not be forgotten.`);
      if (memory.recall('parser', { tags: [tag] }).length > 0)
        throw new Error(`Memory ${id} was recalled after that.`);
    },
  }),
};
