import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkspaceEditor } from '../support/workspace-editor.js';
import type { CapabilityWorkload } from './capability-workload.js';

/** The history of a repository in which it is known what changes most, what changes together, and who owns it. */
export const gitIntelligenceWorkload: CapabilityWorkload = {
  capability: 'git_intelligence',
  paceMs: 4_000,
  weight: 'heavy',
  prepare: async ({ hub: { git_intelligence: git }, scratchDirectory }) => {
    const root = join(scratchDirectory, 'repository');
    mkdirSync(root);
    const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
    write('hot.js', 'export const hot = 0;\n');
    write('pair.js', 'export const pair = 0;\n');
    write('cold.js', 'export const cold = 0;\n');
    const editor = new WorkspaceEditor(root);
    await editor.initialise();
    for (let change = 1; change <= 3; change++) {
      write('hot.js', `export const hot = ${change};\n`);
      write('pair.js', `export const pair = ${change};\n`);
      await editor.commit(`Change the pair, ${change}`);
    }
    write('hot.js', 'export const hot = 9;\n');
    await editor.commit('Change one alone');
    return {
      round: async () => {
        const [hottest] = await git.hotspots(root, { limit: 3 });
        if (hottest?.path !== 'hot.js' || hottest.commits !== 5)
          throw new Error(`hot.js with 5 commits is not the hotspot, but ${JSON.stringify(hottest)}.`);
        const [pair] = await git.coupling(root, { minSupport: 2 });
        if (pair?.files.toSorted().join() !== 'hot.js,pair.js')
          throw new Error(`hot.js and pair.js change together, not ${JSON.stringify(pair?.files)}.`);
        const [owner] = await git.ownership(root);
        if (owner?.share !== 1) throw new Error(`The one author owns ${owner?.share}.`);
      },
    };
  },
};
