import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vulnerableSource, WorkspaceEditor } from '../support/workspace-editor.js';
import type { CapabilityWorkload } from './capability-workload.js';

const files = 12;

/** A small repository with one hole. The analyzer indexes it, so that the index of another folder is given up. */
export const workspaceAnalyzerWorkload: CapabilityWorkload = {
  capability: 'workspace_analyzer',
  paceMs: 10_000,
  weight: 'heavy',
  prepare: async ({ hub: { workspace_analyzer: analyzer }, scratchDirectory }) => {
    const root = join(scratchDirectory, 'workspace');
    mkdirSync(root);
    writeFileSync(join(root, 'hole.js'), vulnerableSource('Hole'));
    for (let file = 1; file < files; file++)
      writeFileSync(
        join(root, `part-${file}.js`),
        `export const part${file} = (value) => value + ${file};\n`,
      );
    await new WorkspaceEditor(root).initialise();
    return {
      round: async () => {
        const { parts, files: seen } = await analyzer.analyse(root);
        if (seen !== files) throw new Error(`${seen} files were seen, not ${files}.`);
        const failed = Object.entries(parts).filter(([, { outcome }]) => outcome !== 'succeeded');
        if (failed.length > 0) throw new Error(`Parts failed: ${JSON.stringify(failed).slice(0, 300)}`);
        const security = parts.security_scanner;
        if (
          security.outcome !== 'succeeded' ||
          !security.value.findings.some(({ path }) => path === 'hole.js')
        )
          throw new Error('The hole in hole.js was not found.');
      },
    };
  },
};
