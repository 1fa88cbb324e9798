import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapabilityWorkload } from './capability-workload.js';

const name = 'reconcileQuantumLedger';
const source = (round: number): string =>
  `export function ${name}(entries) {\n  const balance = entries.length + ${round};\n  return balance;\n}\n`;

/** A file is changed, brought up to date in the index, and found by words that only it has. */
export const codeSearchWorkload: CapabilityWorkload = {
  capability: 'code_search',
  paceMs: 1_000,
  weight: 'light',
  prepare: async ({ hub: { code_search: search }, scratchDirectory }) => {
    // Where the codebase is indexed already, its index is searched; it is not given up for one of another folder.
    const indexed = search.stats().root;
    const root = indexed ?? scratchDirectory;
    const folder = join(root, 'realworld-search-workload');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'ledger.js');
    writeFileSync(path, source(0));
    if (indexed === undefined) await search.index(root);
    else await search.update([path]);
    return {
      round: async (number) => {
        writeFileSync(path, source(number));
        const { updated } = await search.update([path]);
        if (updated !== 1) throw new Error(`An update of one file updated ${updated}.`);
        const [first] = search.search('reconcile the quantum ledger', 3);
        if (first?.name !== name)
          throw new Error(`The first answer is ${first?.name ?? 'none'}, not ${name}.`);
      },
      release: async () => {
        rmSync(folder, { recursive: true, force: true });
        if (search.stats().root === root) await search.update([path]);
      },
    };
  },
};
