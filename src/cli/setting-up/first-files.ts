/** The hub that `init` writes: it works on the project's own files, until it is replaced. */
export const firstHub = `import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCapability, defineHub } from 'vitest-realworld';

/** An example that works on this project's files. Put your own classes, clients or modules in its place. */
class ProjectFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Names of the files in the project's folder. */
  async list(): Promise<readonly string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  async countLines(name: string): Promise<number> {
    return (await readFile(join(this.#folder, name), 'utf8')).split('\\n').length;
  }
}

const hub = defineHub({
  capabilities: {
    project_files: defineCapability({ create: ({ workspacePath }) => new ProjectFiles(workspacePath) }),
  },
});

export default hub;

declare module 'vitest-realworld' {
  interface Register {
    hub: typeof hub;
  }
}
`;

/** The scenario that `init` writes: it is green in any project. */
export const firstScenario = `import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';

realWorld.scenario('reads every file of the project', { kind: 'integration' }, async ({ hub, record }) => {
  const names = await hub.project_files.list();
  expect(names).toContain('package.json');
  let lines = 0;
  for (const name of names) lines += await hub.project_files.countLines(name);
  record.metric('lines', lines, 'count');
});
`;

/** @param call the plugin's arguments, as they are written */
export function firstConfig(call: string): string {
  return `import { defineConfig } from 'vitest/config';
import { realWorld } from 'vitest-realworld/plugin';

export default defineConfig({
  plugins: [realWorld(${call})],
});
`;
}

/** @param name of the folder, for the name of the package */
export function firstManifest(name: string): string {
  const safe = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const manifest = {
    name: safe === '' ? 'project' : safe,
    private: true,
    type: 'module',
    scripts: { realworld: 'vitest-realworld run' },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
