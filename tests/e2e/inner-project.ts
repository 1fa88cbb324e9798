import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const vitestBin = join(repository, 'node_modules/vitest/vitest.mjs');
const commandLineBin = join(repository, 'dist/bundle/cli/main.js');
const runTimeoutMs = 150_000;

export interface InnerRun {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, for messages whose stream does not matter. */
  readonly output: string;
}

/** Whom a process is run as, where that is another than this one. */
export interface RunUser {
  readonly uid: number;
  readonly gid: number;
}

export interface StartedRun {
  readonly child: ChildProcess;
  readonly ended: Promise<InnerRun>;
}

/** A real project in a temporary folder, with this package linked into it, that runs a Vitest of its own. */
export class InnerProject {
  /** Absolute path of the built command line. */
  static readonly commandLine = commandLineBin;
  readonly root: string;

  constructor(files: Readonly<Record<string, string>>) {
    this.root = mkdtempSync(join(tmpdir(), 'realworld-e2e-'));
    mkdirSync(join(this.root, 'node_modules/@vitest'), { recursive: true });
    for (const name of ['vitest', 'vite', '@vitest/ui', 'vitest-realworld']) {
      symlinkSync(join(repository, 'node_modules', name), join(this.root, 'node_modules', name));
    }
    this.write({ 'package.json': '{ "name": "inner", "type": "module", "private": true }', ...files });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  /** The same project seen from a folder in it, where its commands then run; it is removed with the whole. */
  within(folder: string): InnerProject {
    return Object.create(this, { root: { value: join(this.root, folder) } }) as InnerProject;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  exists(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** Runs `vitest run` with these arguments until it ends. */
  run(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<InnerRun> {
    return this.start([vitestBin, 'run', ...args], environment).ended;
  }

  /** Runs `vitest` with these arguments until it ends. */
  vitest(args: readonly string[]): Promise<InnerRun> {
    return this.start([vitestBin, ...args]).ended;
  }

  /** Runs the built command line with these words until it ends. */
  runCommand(
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    user?: RunUser,
  ): Promise<InnerRun> {
    if (user === undefined) return this.startCommand(words, environment).ended;
    this.#giveTo(user);
    return this.start([commandLineBin, ...words], { ...environment, HOME: this.root }, user).ended;
  }

  /** Starts the built command line and leaves it running. */
  startCommand(words: readonly string[], environment: Readonly<Record<string, string>> = {}): StartedRun {
    return this.start([commandLineBin, ...words], environment);
  }

  /** Starts `vitest run` and leaves it running. */
  startRun(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): StartedRun {
    return this.start([vitestBin, 'run', ...args], environment);
  }

  /** Starts Node with these arguments in the project. */
  start(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    user?: RunUser,
  ): StartedRun {
    const child = spawn(process.execPath, args, {
      ...user,
      cwd: this.root,
      env: { ...cleanEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: runTimeoutMs,
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    const ended = new Promise<InnerRun>((settle, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, signal) => {
        const out = Buffer.concat(stdout).toString();
        const err = Buffer.concat(stderr).toString();
        settle({ exitCode, signal, stdout: out, stderr: err, output: `${out}\n${err}` });
      });
    });
    return { child, ended };
  }

  /** Rows of the project's database. */
  query<Row>(sql: string, ...parameters: readonly unknown[]): readonly Row[] {
    const database = new Database(this.path('.realworld/realworld_testing.db'), { readonly: true });
    try {
      return database.prepare(sql).all(...parameters) as Row[];
    } finally {
      database.close();
    }
  }

  /** The folders that a run writes in; what lies in them is linked or may be read by everyone. */
  #giveTo({ uid, gid }: RunUser): void {
    for (const name of ['.', 'node_modules']) chownSync(this.path(name), uid, gid);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** This process runs under Vitest itself; the inner one must not inherit that. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const names = [
    'VITEST',
    'NODE_ENV',
    'TEST',
    'DEV',
    'PROD',
    'SSR',
    'MODE',
    'BASE_URL',
    'FORCE_COLOR',
    'NODE_OPTIONS',
  ];
  const kept = Object.entries(process.env).filter(
    ([name]) => !names.includes(name) && !name.startsWith('VITEST_') && !name.startsWith('REALWORLD_'),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}

/** Resolves when a condition holds; looks at it again and again, because another process makes it come true. */
export async function waitFor(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((settle) => setTimeout(settle, 25));
  }
}

/** The least that records something: plugin, hub of one class, one scenario. */
export const smallProject: Readonly<Record<string, string>> = {
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config';
    import { realWorld } from 'vitest-realworld/plugin';
    export default defineConfig({ plugins: [realWorld({ durationMinutes: 0.01, seed: 7 })] });`,
  'hub.ts': `
    import { defineCapability, defineHub } from 'vitest-realworld';
    class Greeter {
      greet(name: string) { return { hello: name }; }
      async wait(ms: number) { await new Promise((settle) => setTimeout(settle, ms)); return ms; }
      fail(message: string): never { throw new TypeError(message); }
    }
    const hub = defineHub({ capabilities: { greeter: defineCapability({ create: () => new Greeter() }) } });
    export default hub;
    declare module 'vitest-realworld' { interface Register { hub: typeof hub } }`,
  'greeter.realworld.ts': `
    import { expect } from 'vitest';
    import { realWorldTest as realWorld } from 'vitest-realworld';
    realWorld.scenario('greets a visitor', { kind: 'integration' }, async ({ hub }) => {
      expect(hub.greeter.greet('Ada')).toEqual({ hello: 'Ada' });
      await hub.greeter.wait(1);
    });`,
};

export const unitTest: Readonly<Record<string, string>> = {
  'sum.test.ts': `
    import { expect, test } from 'vitest';
    test('adds', () => { expect(1 + 1).toBe(2); });`,
};
