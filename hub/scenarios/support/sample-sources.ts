import { join } from 'node:path';
import { listWorkspaceFiles, seededRandom, shuffled } from 'vitest-realworld-hub';

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
  return shuffled(files, seededRandom(seed)).slice(0, count);
}
