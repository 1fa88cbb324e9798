import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { activityIdOf } from '../../src/recording/journal-codec.js';
import { parseJournalName } from '../../src/recording/journal-writer.js';
import { InnerProject, type InnerRun, smallProject, waitFor } from './inner-project.js';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cli = join(repository, 'dist/bundle/cli/main.js');

export interface FaultProjectOptions {
  /** Source of the options of `realWorld(...)`, beside `seed` and `quiet`. */
  readonly options?: string;
  /** Source of further entries of `test` in the configuration. */
  readonly test?: string;
  /** Body of the scenario's function, which has `hub`, `gate(name)` and `greet(times)`. */
  readonly scenario?: string;
}

/** Two hundred calls with a gate behind each hundred, at which the test that holds the gate does its harm. */
const twoGates = "greet(100); await gate('one'); greet(100); await gate('two');";

/** A project whose scenario stops at gates, so that a fault comes at a moment that the test chooses. */
export class FaultProject extends InnerProject {
  constructor({ options = '', test = '', scenario = twoGates }: FaultProjectOptions = {}) {
    super({
      ...smallProject,
      'vitest.config.ts': `
        import { defineConfig } from 'vitest/config';
        import { realWorld } from 'vitest-realworld/plugin';
        export default defineConfig({
          plugins: [realWorld({ seed: 7, quiet: true, ${options} })],
          test: { ${test} },
        });`,
      'greeter.realworld.ts': `
        import { existsSync, writeFileSync } from 'node:fs';
        import { realWorldTest as realWorld } from 'vitest-realworld';
        realWorld.scenario('passes the gates', { kind: 'load' }, async ({ hub }) => {
          const greet = (times: number) => { for (let index = 0; index < times; index++) hub.greeter.greet('x' + index); };
          const gate = async (name: string) => {
            writeFileSync(name + '.reached', String(process.pid));
            while (!existsSync(name + '.open')) await new Promise((settle) => setTimeout(settle, 10));
          };
          ${scenario}
        });`,
    });
  }

  get database(): string {
    return this.path('.realworld/realworld_testing.db');
  }

  /** Resolves when the scenario stands before a gate. @returns the process id of its worker */
  async reached(gate: string): Promise<number> {
    const file = this.path(`${gate}.reached`);
    await waitFor(`the gate "${gate}"`, () => existsSync(file) && readFileSync(file, 'utf8') !== '');
    return Number(readFileSync(file, 'utf8'));
  }

  open(gate: string): void {
    this.write({ [`${gate}.open`]: '' });
  }

  /** Ids of the activities whose lines have been flushed into the journals, each as often as it stands there. */
  acknowledged(directory = '.realworld'): readonly string[] {
    return this.journals(directory).flatMap((path) => {
      const name = parseJournalName(path.split('/').at(-1) ?? '');
      const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
      return whole.flatMap((line) => {
        const sequence = /^\["a",(\d+),.*\]/.exec(line)?.[1];
        return name === null || sequence === undefined
          ? []
          : [activityIdOf(name.journalId, Number(sequence))];
      });
    });
  }

  journals(directory = '.realworld'): readonly string[] {
    const root = this.path(`${directory}/journal`);
    if (!existsSync(root)) return [];
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => parseJournalName(name.split('/').at(-1) ?? '') !== null)
      .map((name) => join(root, name));
  }

  async acknowledges(count: number, directory?: string): Promise<readonly string[]> {
    await waitFor(`${count} flushed activities`, () => this.acknowledged(directory).length >= count);
    return this.acknowledged(directory);
  }

  /** Ids of the activities in the database; a key of its table, so none is there twice. */
  stored(path = this.database): readonly string[] {
    const database = new Database(path, { readonly: true });
    try {
      return database.prepare('SELECT activity_id FROM activities').pluck().all() as string[];
    } finally {
      database.close();
    }
  }

  /** Runs the command line in the project until it ends. */
  command(...args: readonly string[]): Promise<InnerRun> {
    return this.start([cli, ...args]).ended;
  }
}

export function sorted(ids: readonly string[]): readonly string[] {
  return [...ids].sort();
}

/** A small file system in memory, mounted inside a project; it is gone with the block that made it. */
export class SmallDisk {
  readonly #path: string;
  #filler: string;

  constructor(path: string, kilobytes: number) {
    this.#path = path;
    this.#filler = join(path, 'filler');
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path]);
  }

  /** Takes every byte that is free. */
  fill(): void {
    const descriptor = openSync(this.#filler, 'a');
    try {
      for (let bytes = 64 * 1024; bytes >= 1; ) {
        try {
          writeSync(descriptor, Buffer.alloc(bytes));
        } catch (thrown) {
          if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
          bytes = Math.floor(bytes / 2);
        }
      }
    } finally {
      closeSync(descriptor);
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.#path]);
  }
}

/** Why no small disk can be mounted here, or null. */
export function whyNoSmallDisk(): string | null {
  if (process.platform !== 'linux') return 'mounting a tmpfs needs Linux';
  if (process.getuid?.() !== 0) return 'mounting a tmpfs needs root';
  const tried = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return tried.status === 0 ? null : 'mounting is not permitted here';
}
