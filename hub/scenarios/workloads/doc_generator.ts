import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapabilityWorkload } from './capability-workload.js';

function api(parameters: string): string {
  return `/** Adds up. */\nexport function add(${parameters}): number { return one + other; }\nexport const undocumented = 1;\n`;
}

/** Documents a small module, counts what is not documented, and finds the change that breaks its users. */
export const docGeneratorWorkload: CapabilityWorkload = {
  capability: 'doc_generator',
  paceMs: 10_000,
  weight: 'heavy',
  prepare: ({ hub, scratchDirectory }) => {
    const entry = join(scratchDirectory, 'module.ts');
    return {
      round: async () => {
        writeFileSync(entry, api('one: number, other: number'));
        const before = await hub.doc_generator.generate(entry);
        const { documented, total } = await hub.doc_generator.coverage(before);
        if (documented !== 1 || total !== 2)
          throw new Error(`${documented} of ${total} are documented, not 1 of 2.`);
        writeFileSync(entry, api('one: number, other: number, third: number'));
        const { breaking } = hub.doc_generator.diff(before, await hub.doc_generator.generate(entry));
        if (breaking.length !== 1 || breaking[0]?.symbol !== 'add') {
          throw new Error(
            `A required parameter was added, and ${JSON.stringify(breaking)} is said to break.`,
          );
        }
      },
    };
  },
};
