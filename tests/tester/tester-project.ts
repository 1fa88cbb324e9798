import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RealWorldTester, type RealWorldTesterOptions } from 'vitest-realworld/core';
import { InnerProject, smallProject } from '../e2e/inner-project.js';

/** A hub of four capabilities: one that works, one that fails every other time, one that is slow, one that can be broken. */
const hub = `
  import { defineCapability, defineHub } from 'vitest-realworld';
  class Search { find(word: string) { return { word, hits: 3 }; } }
  class Parser {
    #calls = 0;
    parse(text: string) {
      if (this.#calls++ % 2 === 0) throw new SyntaxError('cannot parse ' + text);
      return { nodes: 7 };
    }
  }
  class Archive { async open() { await new Promise((settle) => setTimeout(settle, 2_100)); return { files: 1 }; } }
  class Store {
    #broken = false;
    break() { this.#broken = true; }
    mend() { this.#broken = false; }
    read() { if (this.#broken) throw new Error('store is down'); return 'text'; }
  }
  export default defineHub({ capabilities: {
    search: defineCapability({ create: () => new Search() }),
    parser: defineCapability({ create: () => new Parser() }),
    archive: defineCapability({ create: () => new Archive() }),
    store: defineCapability({ create: () => new Store() }),
  } });`;

const mixed = `
  import { expect } from 'vitest';
  import { realWorldTest as realWorld } from 'vitest-realworld';
  realWorld.scenario('uses what works and what does not', { kind: 'integration' }, async ({ hub, record }) => {
    for (let index = 0; index < 40; index++) {
      expect(hub.search.find('word').hits).toBe(3);
      try { hub.parser.parse('x' + index); } catch {}
    }
    await hub.archive.open();
    record.metric('files_indexed', 12, 'files', { capability: 'search' });
    record.issue({
      severity: 'critical', issueType: 'stale_index', capability: 'search',
      description: 'The index is older than the files.', suggestedFix: 'Index again.',
    });
  });
  realWorld.scenario('comes back after a fault', { kind: 'recovery' }, async ({ hub, recovery }) => {
    const result = await recovery.trial({
      fault: 'store_down',
      inject: () => hub.store.break(),
      attempt: () => hub.store.read(),
      detected: ({ thrown }) => thrown instanceof Error,
      restore: () => hub.store.mend(),
      verify: () => hub.store.read() === 'text',
    });
    expect(result).toMatchObject({ detected: true, recovered: true });
  });`;

/** Calls until its time is over or it is told to stop. */
const watching = `
  import { setTimeout as delay } from 'node:timers/promises';
  import { realWorldTest as realWorld } from 'vitest-realworld';
  realWorld.scenario('goes on', { kind: 'monitoring' }, async ({ hub, signal, durationMs }) => {
    const endMs = Date.now() + durationMs;
    while (!signal.aborted && Date.now() < endMs) {
      hub.search.find('word');
      await delay(10);
    }
  });`;

/** Heeds no signal. */
const stubborn = `
  import { realWorldTest as realWorld } from 'vitest-realworld';
  realWorld.scenario('hangs', { kind: 'monitoring' }, async ({ hub }) => {
    hub.search.find('word');
    await new Promise(() => {});
  });`;

const scenarios = { mixed, watching, stubborn };

/** A real project without a Vitest configuration of its own, whose scenarios a tester runs on workspaces inside it. */
export class TesterProject extends InnerProject {
  constructor(kind: keyof typeof scenarios, files: Readonly<Record<string, string>> = {}) {
    super({ 'hub.ts': hub, 'first.realworld.ts': scenarios[kind], ...files });
    mkdirSync(this.path('workspace'));
    writeFileSync(this.path('workspace/code.ts'), 'export const answer = 42;\n');
  }

  /** A tester of this project; a busy machine is no reason to stop its sessions. */
  tester(options: RealWorldTesterOptions = {}): RealWorldTester {
    return new RealWorldTester({
      root: this.root,
      seed: 7,
      monitorIntervalSeconds: 0.5,
      resourceLimits: {
        cpuPercentMax: 100,
        memoryPercentMax: 100,
        diskPercentMax: 100,
        consecutiveErrorsMax: 50,
      },
      ...options,
    });
  }

  get workspace(): string {
    return this.path('workspace');
  }

  /** A further folder to work on. @returns absolute path */
  addWorkspace(name: string): string {
    mkdirSync(join(this.root, name));
    writeFileSync(join(this.root, name, 'code.ts'), `export const name = '${name}';\n`);
    return join(this.root, name);
  }
}

/** Configuration that has the plugin already. */
export const configured = { 'vitest.config.ts': smallProject['vitest.config.ts'] ?? '' };
