import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CapabilityError } from '../../errors.js';
import type { DependencyGroup } from './dependency-types.js';

export interface AskedDependency {
  readonly name: string;
  readonly group: DependencyGroup;
  readonly asked: string;
  /** Path of the manifest from the root. */
  readonly manifest: string;
  /** Folder of the manifest. */
  readonly folder: string;
}

const groups: readonly DependencyGroup[] = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
];

/**
 * What the manifests in these folders ask for.
 *
 * @throws CapabilityError NOT_FOUND without a package.json, BAD_INPUT for one that is no JSON object
 */
export async function readManifests(
  root: string,
  folders: readonly string[],
): Promise<readonly AskedDependency[]> {
  const all = await Promise.all(
    folders.map(async (folder) => {
      const manifest = relative(root, join(folder, 'package.json'));
      const fields = await readManifest(folder);
      return groups.flatMap((group) =>
        Object.entries(fields[group] ?? {})
          .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
          .map(([name, asked]): AskedDependency => ({ name, group, asked, manifest, folder })),
      );
    }),
  );
  return all.flat();
}

/**
 * The fields of a folder's package.json.
 *
 * @throws CapabilityError as `readManifests`
 */
export async function readManifest(folder: string): Promise<Readonly<Record<string, object | undefined>>> {
  const path = join(folder, 'package.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new CapabilityError('NOT_FOUND', `${path} cannot be read. Give the folder of a package.`, {
      cause: error,
    });
  }
  try {
    const fields: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
      return fields as Record<string, object | undefined>;
    }
  } catch (error) {
    throw new CapabilityError('BAD_INPUT', `${path} is no JSON.`, { cause: error });
  }
  throw new CapabilityError('BAD_INPUT', `${path} is JSON, but no object.`);
}

/** The version of a package that is installed for a folder; looked for in it and in those above it up to the root. */
export async function installedVersion(
  root: string,
  folder: string,
  name: string,
): Promise<string | undefined> {
  for (const place of new Set([folder, root])) {
    try {
      const { version } = JSON.parse(
        await readFile(join(place, 'node_modules', name, 'package.json'), 'utf8'),
      ) as { version?: unknown };
      if (typeof version === 'string') return version;
    } catch {
      // Not there or not readable: it is not installed here.
    }
  }
  return undefined;
}
