import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';

const run = promisify(execFile);
const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export interface Finished {
  readonly exitCode: number;
  readonly output: string;
}

/** An empty project into which the packed package is installed, by the Node and npm that a user would have. */
export class EmptyProject {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'realworld-package-')));
  /** The Node that runs npm and Vitest. */
  node = process.execPath;

  constructor() {
    this.write({ 'package.json': '{ "name": "empty", "private": true, "type": "module" }' });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true });
      writeFileSync(join(this.root, name), text);
    }
  }

  /** Packs the repository's package. @returns the absolute path of the tarball */
  async pack(): Promise<string> {
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', this.root], { cwd: repository });
    const tarball = readdirSync(this.root).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('npm pack wrote no tarball.');
    return join(this.root, tarball);
  }

  /** Installs another Node from its npm package, in a folder of its own, and uses it from then on. */
  async useNode(version: string): Promise<void> {
    const folder = join(this.root, '.node');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    await run('npm', ['install', `node@${version}`], { cwd: folder });
    this.node = join(folder, 'node_modules/node/bin/node');
  }

  async install(...packages: readonly string[]): Promise<void> {
    const { stdout } = await run('npm', ['root', '--global']);
    const npm = join(stdout.trim(), 'npm/bin/npm-cli.js');
    await run(this.node, [npm, 'install', ...packages], {
      cwd: this.root,
      env: this.#environment(),
      maxBuffer: 64 * 1024 * 1024,
    });
  }

  /** Runs a script of the project's node_modules with the project's Node. */
  async execute(script: string, ...args: readonly string[]): Promise<Finished> {
    const options = { cwd: this.root, env: this.#environment(), maxBuffer: 64 * 1024 * 1024 };
    try {
      const { stdout, stderr } = await run(
        this.node,
        [join(this.root, 'node_modules', script), ...args],
        options,
      );
      return { exitCode: 0, output: `${stdout}\n${stderr}` };
    } catch (thrown) {
      const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
      return { exitCode: code, output: `${stdout}\n${stderr}` };
    }
  }

  query<Row>(sql: string): readonly Row[] {
    const database = new Database(join(this.root, '.realworld/realworld_testing.db'), { readonly: true });
    try {
      return database.prepare(sql).all() as Row[];
    } finally {
      database.close();
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) =>
        !name.startsWith('VITEST') && !['NODE_ENV', 'TEST', 'DEV', 'PROD', 'SSR', 'MODE'].includes(name),
    );
    return {
      ...Object.fromEntries(inherited),
      PATH: `${dirname(this.node)}:${process.env.PATH}`,
      NO_COLOR: '1',
    };
  }
}

/** Plugin line, a hub of one class, one scenario file. */
export const firstSteps: Readonly<Record<string, string>> = {
  'vitest.config.ts': `import { defineConfig } from 'vitest/config';
import { realWorld } from 'vitest-realworld/plugin';
export default defineConfig({ plugins: [realWorld()] });
`,
  'hub.ts': `import { defineCapability, defineHub } from 'vitest-realworld';
class Counter {
  #count = 0;
  add(amount: number) { return (this.#count += amount); }
  async later(ms: number) { await new Promise((settle) => setTimeout(settle, ms)); return this.#count; }
}
const hub = defineHub({ capabilities: { counter: defineCapability({ create: () => new Counter() }) } });
export default hub;
declare module 'vitest-realworld' { interface Register { hub: typeof hub } }
`,
  'counter.realworld.ts': `import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
realWorld.scenario('counts', { kind: 'integration' }, async ({ hub, record }) => {
  expect(hub.counter.add(2)).toBe(2);
  expect(await hub.counter.later(1)).toBe(2);
  record.metric('total', 2, 'count');
});
`,
  'tsconfig.json': `{
  "compilerOptions": { "module": "NodeNext", "target": "ES2022", "strict": true, "noEmit": true, "skipLibCheck": false },
  "include": ["*.ts"]
}
`,
};
