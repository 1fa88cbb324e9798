import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CapabilityError, Unavailable } from '../../errors.js';
import type {
  ConflictReport,
  OutdatedReport,
  TreeKind,
  UnusedReport,
  VulnerabilityReport,
} from './dependency-types.js';
import { findConflicts, findDuplicates } from './find-conflicts.js';
import { findOutdated } from './find-outdated.js';
import { findUnused } from './find-unused.js';
import { findVulnerabilities } from './find-vulnerabilities.js';
import { loadTree } from './load-tree.js';
import { readManifests } from './read-manifests.js';

export interface DependencyManagerOptions {
  /** Base address of the package registry. @default the environment's npm_config_registry */
  readonly registry?: string;
  /** Time of one request, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
  /** Time of one run of knip, in milliseconds. @default 300000 */
  readonly unusedTimeoutMs?: number;
}

interface AskOptions {
  /** Base address of another registry than the configured one. */
  readonly registry?: string;
}

interface TreeChoice {
  /** @default the lock file, or what is installed when there is none */
  readonly tree?: TreeKind;
}

/**
 * Tells what is outdated, vulnerable, unused or in conflict among the packages of a codebase. Writes nothing into it and
 * installs nothing.
 *
 * Every method throws CapabilityError NOT_FOUND for a folder without package.json and BAD_INPUT for one that is no JSON.
 */
export class DependencyManager {
  readonly #options: DependencyManagerOptions;
  readonly #timeoutMs: number;

  /** @throws CapabilityError BAD_INPUT for times that are not more than 0 */
  constructor(options: DependencyManagerOptions = {}) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    if (!(this.#timeoutMs > 0) || !((options.unusedTimeoutMs ?? 1) > 0)) {
      throw new CapabilityError('BAD_INPUT', 'timeoutMs and unusedTimeoutMs are more than 0.');
    }
  }

  /**
   * Dependencies of the root and its workspaces for which the registry has a version beyond the range.
   *
   * @throws Unavailable when no registry is set, or it cannot be reached
   */
  async outdated(root: string, options: AskOptions = {}): Promise<OutdatedReport> {
    const startedMs = performance.now();
    const path = resolve(root);
    const registry = this.#registry(options);
    const tree = await loadTree(path, { tree: undefined });
    const folders = [path, ...(tree.root.workspaces?.values() ?? [])];
    const found = await findOutdated(path, await readManifests(path, folders), {
      registry,
      timeoutMs: this.#timeoutMs,
    });
    return { source: registry, ...found, durationMs: performance.now() - startedMs };
  }

  /**
   * Packages that the registry has advisories for, and those that depend on them.
   *
   * @throws Unavailable when no registry is set, or it cannot be asked; CapabilityError TOOL_FAILED for a tree that cannot be read
   */
  async vulnerabilities(root: string, options: AskOptions & TreeChoice = {}): Promise<VulnerabilityReport> {
    const startedMs = performance.now();
    const registry = this.#registry(options);
    const cacheFolder = await mkdtemp(join(tmpdir(), 'dependency-manager-'));
    try {
      const tree = await loadTree(resolve(root), {
        tree: options.tree,
        registry,
        timeoutMs: this.#timeoutMs,
        cacheFolder,
      });
      const found = await findVulnerabilities(tree, registry);
      return { source: registry, tree: tree.kind, ...found, durationMs: performance.now() - startedMs };
    } finally {
      await rm(cacheFolder, { recursive: true, force: true });
    }
  }

  /**
   * Dependencies, files and exports that nothing uses, and packages that are used but asked for nowhere.
   *
   * @throws CapabilityError TOOL_FAILED when knip fails, INTERRUPTED when it takes too long; Unavailable without knip
   */
  async unused(root: string): Promise<UnusedReport> {
    const startedMs = performance.now();
    const path = resolve(root);
    await readManifests(path, [path]);
    const found = await findUnused(path, this.#options.unusedTimeoutMs ?? 300_000);
    return { ...found, durationMs: performance.now() - startedMs };
  }

  /**
   * Dependencies that are missing or there in a version that does not fit, and packages that are there in several versions.
   *
   * @throws CapabilityError TOOL_FAILED for a tree that cannot be read
   */
  async conflicts(root: string, options: TreeChoice = {}): Promise<ConflictReport> {
    const startedMs = performance.now();
    const path = resolve(root);
    const tree = await loadTree(path, { tree: options.tree });
    return {
      source: tree.kind === 'lock' ? join(path, 'package-lock.json') : join(path, 'node_modules'),
      tree: tree.kind,
      packages: tree.root.inventory.size - 1,
      conflicts: findConflicts(tree.root),
      duplicates: findDuplicates(tree.root),
      durationMs: performance.now() - startedMs,
    };
  }

  #registry(options: AskOptions): string {
    const registry = options.registry ?? this.#options.registry ?? process.env.npm_config_registry;
    if (registry === undefined) {
      throw new Unavailable(
        'No package registry is set. Give the option registry, or set npm_config_registry.',
      );
    }
    if (!/^https?:\/\//i.test(registry) || !URL.canParse(registry)) {
      throw new CapabilityError('BAD_INPUT', `"${registry}" is no address of a registry.`);
    }
    return registry.endsWith('/') ? registry : `${registry}/`;
  }
}
