import type { RegisteredHub } from 'vitest-realworld';
import { followFileChanges } from 'vitest-realworld-hub';
import type { Change } from './workspace-editor.js';

/** Longest wait for a change to be reported and worked off; one that takes longer counts as missed. */
const patienceMs = 30_000;
const lookAgainMs = 20;

/** What came of the changes, counted while they were worked off. */
export interface FollowedChanges {
  readonly filesIndexed: number;
  readonly findings: number;
  /** Changes with a hole, and those of them in whose file the scanner found it. */
  readonly holes: number;
  readonly holesFound: number;
  /** Changes that no task was made for in time, by path. */
  readonly missed: readonly string[];
  /** How warnings compare with the mistakes that were made. */
  readonly warnings: {
    readonly truePositives: number;
    readonly falsePositives: number;
    readonly trueNegatives: number;
    readonly falseNegatives: number;
  };
}

/**
 * Lets the hub follow a workspace by its own means: its watcher reports changes, its tasks bring the index up to date, scan and
 * review by rule, and its memory keeps what was found with where it came from.
 */
export class WorkspaceFollower {
  readonly #hub: RegisteredHub;
  readonly #root: string;
  readonly #handled = new Map<string, number>();
  readonly #ends: (() => unknown)[] = [];
  readonly #missed: string[] = [];
  readonly #warnings = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  readonly #foundIn = new Set<string>();
  #filesIndexed = 0;
  #findings = 0;
  #holes = 0;
  #holesFound = 0;

  constructor(hub: RegisteredHub, root: string) {
    this.#hub = hub;
    this.#root = root;
  }

  async begin(): Promise<void> {
    const { background_tasks: tasks, code_search: search } = this.#hub;
    this.#ends.push(followFileChanges(tasks, this.#parts()));
    this.#ends.push(
      await search.watch((paths) => {
        for (const path of paths)
          tasks.emit('file_changed', { source: 'code_search.watch', detail: { path } });
      }),
    );
  }

  /** Waits until a change was worked off, and holds what the hub says of it against what is known of it. */
  async check(change: Change, handledBefore: number): Promise<void> {
    const { mistake_learner: learner, background_tasks: tasks } = this.#hub;
    const deadline = performance.now() + patienceMs;
    while (this.timesHandled(change.path) <= handledBefore) {
      if (performance.now() > deadline) {
        this.#missed.push(change.path);
        break;
      }
      await new Promise((settle) => setTimeout(settle, lookAgainMs));
    }
    await tasks.drain();
    if (change.vulnerable) {
      this.#holes++;
      if (this.#foundIn.has(change.path)) this.#holesFound++;
    }
    if (change.code === null) return;
    const { mistake } = change;
    const warned = learner
      .check(change.code, { path: change.path })
      .some(({ rule }) => mistake === null || rule === mistake);
    if (mistake === null) this.#warnings[warned ? 'falsePositives' : 'trueNegatives']++;
    else this.#warnings[warned ? 'truePositives' : 'falseNegatives']++;
  }

  /** How often a file was worked off so far. */
  timesHandled(path: string): number {
    return this.#handled.get(path) ?? 0;
  }

  get result(): FollowedChanges {
    return {
      filesIndexed: this.#filesIndexed,
      findings: this.#findings,
      holes: this.#holes,
      holesFound: this.#holesFound,
      missed: this.#missed,
      warnings: { ...this.#warnings },
    };
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
    await this.#hub.background_tasks.drain();
  }

  #parts(): Parameters<typeof followFileChanges>[1] {
    const { code_search: search, security_scanner: scanner, persistent_memory: memory } = this.#hub;
    return {
      reindex: async (paths) => {
        const { updated, removed } = await search.update(paths);
        this.#filesIndexed += updated + removed;
        return { updated, removed };
      },
      scan: async (path) => {
        const { findings, skipped } = await scanner.scanFiles(this.#root, [path]);
        this.#findings += findings.length;
        if (findings.some(({ cwe }) => cwe === 'CWE-78')) this.#foundIn.add(path);
        for (const { rule, line } of findings) {
          memory.remember({
            text: `${rule} in ${path}:${line}`,
            kind: 'finding',
            tags: [path],
            source: 'security_scanner',
          });
        }
        // The last of the two: what is scanned is indexed.
        this.#handled.set(path, this.timesHandled(path) + 1);
        return { findings: findings.length, skipped: skipped.length };
      },
    };
  }
}
