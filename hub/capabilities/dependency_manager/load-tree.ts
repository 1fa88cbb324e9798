import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type Arborist from '@npmcli/arborist';
import { CapabilityError } from '../../errors.js';
import type { TreeKind } from './dependency-types.js';
import { readManifest } from './read-manifests.js';

export interface LoadedTree {
  readonly kind: TreeKind;
  readonly root: Arborist.Node;
  /** As npm's own commands hand them to the audit. */
  readonly options: Arborist.Options;
}

export interface TreeOptions {
  readonly tree: TreeKind | undefined;
  readonly registry?: string;
  readonly timeoutMs?: number;
  /** Folder for npm's cache of requests. */
  readonly cacheFolder?: string;
}

/**
 * The tree of packages, from the lock file, or from node_modules when there is none or that is asked for. Reads only.
 *
 * @throws CapabilityError NOT_FOUND without a package.json, or without the lock file that is asked for; BAD_INPUT for a
 *   manifest that is no JSON object; TOOL_FAILED when the tree cannot be read
 */
export async function loadTree(path: string, wanted: TreeOptions): Promise<LoadedTree> {
  await readManifest(path);
  const hasLock = ['package-lock.json', 'npm-shrinkwrap.json'].some((name) => existsSync(join(path, name)));
  const kind = wanted.tree ?? (hasLock ? 'lock' : 'installed');
  if (kind === 'lock' && !hasLock) {
    throw new CapabilityError('NOT_FOUND', `${path} has no package-lock.json. Ask for what is installed.`);
  }
  const { default: Arborist } = await import('@npmcli/arborist');
  const options = {
    path,
    audit: true,
    ...(wanted.registry === undefined ? {} : { registry: wanted.registry }),
    ...(wanted.cacheFolder === undefined ? {} : { cache: wanted.cacheFolder }),
    ...(wanted.timeoutMs === undefined ? {} : { timeout: wanted.timeoutMs }),
    fetchRetries: 0,
  };
  try {
    const arborist = new Arborist(options);
    const root = kind === 'lock' ? await arborist.loadVirtual() : await arborist.loadActual();
    return { kind, root, options: { ...(arborist as { options?: object }).options, ...options } };
  } catch (error) {
    throw new CapabilityError(
      'TOOL_FAILED',
      `The packages of ${path} cannot be read (${error instanceof Error ? error.message : String(error)}).`,
      { cause: error },
    );
  }
}
