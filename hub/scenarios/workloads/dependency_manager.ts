import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CapabilityWorkload } from './capability-workload.js';

/** A small codebase with one package unused, one unlisted and one missing; each has to be found, and nothing else. */
export const dependencyManagerWorkload: CapabilityWorkload = {
  capability: 'dependency_manager',
  paceMs: 10_000,
  weight: 'heavy',
  prepare: async ({ hub: { dependency_manager: manager }, scratchDirectory }) => {
    const root = join(scratchDirectory, 'planted-codebase');
    const files = {
      'package.json': JSON.stringify({
        name: 'planted',
        type: 'module',
        main: 'index.js',
        dependencies: { used: '^1.0.0', unused: '^1.0.0', missing: '^1.0.0' },
      }),
      'index.js': "import 'used';\nimport 'missing';\nimport 'unlisted';\n",
      'node_modules/used/package.json': '{"name":"used","version":"1.0.0"}',
      'node_modules/unused/package.json': '{"name":"unused","version":"1.0.0"}',
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return {
      round: async (number) => {
        const { conflicts } = await manager.conflicts(root);
        const found = conflicts.map(({ kind, name }) => `${kind} ${name}`).join(', ');
        if (found !== 'missing missing') throw new Error(`Conflicts were "${found}".`);
        // A process of its own for each takes about a second of CPU.
        if (number % 5 !== 0) return;
        const { dependencies, unlisted } = await manager.unused(root);
        const names = [...dependencies, ...unlisted].map(({ name }) => name).join(', ');
        if (names !== 'unused, unlisted') throw new Error(`Unused and unlisted were "${names}".`);
      },
    };
  },
};
