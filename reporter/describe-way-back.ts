import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { isDamaged } from '../src/storage/open-database.js';

/**
 * Where the data of a session are that could not be stored, and how they come into the database, a sentence each.
 *
 * @param directory absolute path of the tool's folder
 * @param journalDirectory absolute path of the session's journals
 */
export function describeWayBack(
  directory: string,
  journalDirectory: string,
  failure: unknown,
): readonly string[] {
  if (!existsSync(journalDirectory)) {
    return ['Its journals could not be written either: nothing of it is kept.'];
  }
  const option = directory === resolve('.realworld') ? '' : ` --directory ${relative('.', directory) || '.'}`;
  return [
    `Its data are in ${journalDirectory} and stay there.`,
    `${isDamaged(failure) ? 'Move the damaged file away, then store them' : 'Store them when the database can be used again'}: npx vitest-realworld recover${option}`,
  ];
}
