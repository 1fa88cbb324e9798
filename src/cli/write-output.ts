import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../errors.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/**
 * Writes a text into a file, in the place of what it held; folders on the way are made.
 *
 * @param subject what is written, with a capital letter: `Report`
 * @throws UsageError when it cannot be written
 */
export function writeOutput(
  named: string,
  text: string,
  subject: string,
  { directory, complain }: Pick<Surroundings, 'directory' | 'complain'>,
): void {
  const path = prepareOutput(named, subject, directory);
  try {
    writeFileSync(path, text);
  } catch (thrown) {
    throw unwritable(path, subject, thrown);
  }
  complain(`${subject}: ${path}\n`);
}

/**
 * Makes the folder that a file shall lie in.
 *
 * @returns the absolute path of the file
 * @throws UsageError when there is a folder of that name, or no folder can be made
 */
export function prepareOutput(named: string, subject: string, directory: string): string {
  if (named.trim() === '') throw new UsageError(`The ${subject.toLowerCase()} needs the name of a file.`);
  const path = resolve(directory, named);
  try {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isFolder) {
      mkdirSync(dirname(path), { recursive: true });
      return path;
    }
  } catch (thrown) {
    throw unwritable(path, subject, thrown);
  }
  throw new UsageError(
    `The ${subject.toLowerCase()} cannot be written to ${path}: it is a folder. Name a file in it.`,
  );
}

export function unwritable(path: string, subject: string, thrown: unknown): UsageError {
  return new UsageError(
    `The ${subject.toLowerCase()} cannot be written to ${path}: ${messageOf(thrown)}. Name another file.`,
    { cause: thrown },
  );
}
