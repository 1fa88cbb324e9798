import { existsSync } from 'node:fs';
import { readSessionIds } from '../storage/read-session-ids.js';
import { type CommandOption, nameOf, type WordKind } from './command.js';
import { commands } from './commands.js';
import { resolveDatabase, type Surroundings } from './surroundings.js';

/** What a shell can take as it stands; an id comes out of a file, which may be anybody's. */
const plainWord = /^[\w.:+@%-]+$/;

/**
 * What the last of some words could become, each in whole; nothing where it is a file, which the shell knows better.
 *
 * @param words what stands behind the name of the program, the last one, which may be empty, being at work
 */
export async function candidatesFor(
  words: readonly string[],
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const [name = '', ...rest] = words;
  const begun = words.at(-1) ?? '';
  const found =
    rest.length === 0 ? [...commands.map(nameOf), '--help'] : await findAll(name, rest, surroundings);
  return [...new Set(found)].filter((word) => word.startsWith(begun) && plainWord.test(word));
}

async function findAll(
  name: string,
  rest: readonly string[],
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const command = await commands.find((entry) => nameOf(entry) === name)?.load();
  if (command === undefined) return [];
  const before = rest.at(-2) ?? '';
  const asked = command.options.find((option) => takesValue(option) && flagOf(option) === before);
  if (asked !== undefined) return wordsOf(asked.values, rest, surroundings);
  if (rest.at(-1)?.startsWith('-') === true) return [...command.options.map(flagOf), '--help'];
  return wordsOf(command.words, rest, surroundings);
}

function wordsOf(
  kind: WordKind | undefined,
  given: readonly string[],
  surroundings: Surroundings,
): readonly string[] {
  switch (kind) {
    case undefined:
    case 'files':
    case 'none':
      return [];
    case 'sessions':
      return ['latest', ...idsOfSessions(given, surroundings)];
    default:
      return kind;
  }
}

function idsOfSessions(given: readonly string[], surroundings: Surroundings): readonly string[] {
  const db = given[given.indexOf('--db') + 1];
  const path = resolveDatabase(given.includes('--db') ? db : undefined, surroundings);
  return existsSync(path) ? readSessionIds(path) : [];
}

/** `--db` of `--db <path>`. */
function flagOf({ flags }: CommandOption): string {
  return flags.split(' ')[0] ?? flags;
}

function takesValue({ flags }: CommandOption): boolean {
  return flags.includes(' ');
}
