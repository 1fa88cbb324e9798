import { join } from 'node:path';
import { listWorkspaceFiles } from 'vitest-realworld-hub';

/** A file that a person wrote is seldom larger, in bytes. */
const fileBytesMax = 100_000;

/**
 * Source files of a codebase, drawn by a seed: absolute paths, fewer than asked for where there are not so many.
 *
 * @param seed of the generator (mulberry32): the same seed draws the same files of the same tree
 */
export async function sampleSources(root: string, count: number, seed: number): Promise<readonly string[]> {
  const listed = await listWorkspaceFiles(root, { maxFileBytes: fileBytesMax });
  const files = listed.files.map(({ path }) => join(root, path));
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let index = files.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [files[index], files[other]] = [files[other] as string, files[index] as string];
  }
  return files.slice(0, count);
}
