import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CapabilityError } from '../errors.js';

/**
 * The absolute path and size of a file that can be read as one.
 *
 * @throws CapabilityError NOT_FOUND when there is none; BAD_INPUT for a folder, a device or a pipe
 */
export async function requireFile(
  path: string,
): Promise<{ readonly path: string; readonly sizeBytes: number }> {
  const absolute = resolve(path);
  try {
    const found = await stat(absolute);
    if (found.isFile()) return { path: absolute, sizeBytes: found.size };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new CapabilityError('NOT_FOUND', `There is no file ${absolute}.`, { cause: error });
    }
    throw new CapabilityError('BAD_INPUT', `${absolute} cannot be read: ${message}.`, { cause: error });
  }
  throw new CapabilityError('BAD_INPUT', `${absolute} is no file. Give the path of one.`);
}
