import { readdirSync } from 'node:fs';
import { messageOf, RealWorldError } from '../errors.js';

/**
 * @param path absolute path of the workspace
 * @throws RealWorldError `WORKSPACE_MISSING` or `WORKSPACE_EMPTY`
 */
export function checkWorkspace(path: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(path);
  } catch (thrown) {
    throw new RealWorldError(
      'WORKSPACE_MISSING',
      `The workspace ${path} cannot be read as a folder: ${messageOf(thrown)}. Set realWorld({ workspace }) to the folder of a codebase.`,
      { cause: thrown },
    );
  }
  if (names.length > 0) return;
  throw new RealWorldError(
    'WORKSPACE_EMPTY',
    `The workspace ${path} is empty. Set realWorld({ workspace }) to the folder of a codebase.`,
  );
}
