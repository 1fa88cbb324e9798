import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { RealWorldError } from '../errors.js';

const defaultFiles = ['hub.ts', 'hub.mts', 'hub.js', 'hub.mjs'];
const defaultPackage = 'vitest-realworld-hub';

/**
 * Finds the module that defines the hub.
 *
 * @param hub what the option says; a path from the root when it begins with `.` or `/` or is a file, else a package
 * @returns an absolute path, or null when nothing was named and there is no hub to be found
 * @throws RealWorldError `HUB_MISSING`
 */
export function resolveHub(hub: string | undefined, rootPath: string): string | null {
  if (hub === undefined) {
    const file = defaultFiles.map((name) => join(rootPath, name)).find(isFile);
    return file ?? resolvePackage(defaultPackage, rootPath);
  }
  const path = resolve(rootPath, hub);
  if (isFile(path)) return path;
  if (hub.startsWith('.') || isAbsolute(hub)) {
    throw new RealWorldError(
      'HUB_MISSING',
      `The hub module ${path} does not exist. Write it with export default defineHub({ ... }), or name another with realWorld({ hub }).`,
    );
  }
  const resolved = resolvePackage(hub, rootPath);
  if (resolved !== null) return resolved;
  throw new RealWorldError(
    'HUB_MISSING',
    `The hub "${hub}" is neither a file in ${rootPath} nor an installed package. Install it, or give a path such as "./hub.ts".`,
  );
}

function resolvePackage(name: string, rootPath: string): string | null {
  try {
    return createRequire(join(rootPath, 'package.json')).resolve(name);
  } catch {
    // Not installed: the caller says so where the package was asked for.
    return null;
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
