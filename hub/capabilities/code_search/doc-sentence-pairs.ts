import { createTurnTaker } from '../../files/turn-taking.js';
import { readWorkspaceSources, type WorkspaceFilesOptions } from '../../files/workspace-files.js';
import { seededRandom } from '../../seeded-random.js';
import { chunkSource } from './chunk-source.js';

/** A question with its one right answer. */
export interface SearchPair {
  readonly query: string;
  readonly path: string;
  /** Qualified as in the results of a search. */
  readonly name: string;
}

export interface DocSentencePairsOptions extends WorkspaceFilesOptions {
  /** Most pairs wanted; drawn by the seed when there are more. @default all */
  readonly limit?: number;
  /** Draws the same pairs from the same tree. @default 1 */
  readonly seed?: number;
}

const FUNCTION_KINDS: readonly string[] = ['function', 'method', 'constructor', 'accessor'];

/**
 * Pairs the first sentence of each function's documentation comment with that function, as questions whose answers the
 * authors of the code gave. Ask them of an index made without comments, or each question finds itself. A sentence that
 * stands before several functions has no one answer and is left out; so are those of fewer than three words.
 *
 * @throws CapabilityError as the walk of a tree does: `NOT_FOUND`, `INTERRUPTED`, `BAD_INPUT`
 */
export async function docSentencePairs(
  root: string,
  options: DocSentencePairsOptions = {},
): Promise<readonly SearchPair[]> {
  const { limit = Number.POSITIVE_INFINITY, seed = 1, ...fileOptions } = options;
  const { files } = await readWorkspaceSources(root, fileOptions);
  const turns = createTurnTaker();
  const pairs: SearchPair[] = [];
  for (const file of files) {
    for (const { kind, name, path, docComment } of chunkSource(file, { includeComments: true })) {
      if (docComment === undefined || !FUNCTION_KINDS.includes(kind)) continue;
      const query = firstSentence(docComment);
      if (query !== undefined) pairs.push({ query, path, name });
    }
    if (turns.isDue()) await turns.takeTurn();
  }
  const answerable = dropAmbiguous(pairs);
  return answerable.length <= limit ? answerable : drawPairs(answerable, limit, seed);
}

/** Leaves out each sentence that stands before several functions, and the second of a getter and setter of one name. */
function dropAmbiguous(pairs: readonly SearchPair[]): readonly SearchPair[] {
  const answers = new Map<string, Map<string, SearchPair>>();
  for (const pair of pairs) {
    const ofQuery = answers.get(pair.query) ?? new Map<string, SearchPair>();
    ofQuery.set(`${pair.path}\n${pair.name}`, pair);
    answers.set(pair.query, ofQuery);
  }
  return [...answers.values()]
    .filter((ofQuery) => ofQuery.size === 1)
    .flatMap((ofQuery) => [...ofQuery.values()]);
}

/** The first sentence of a description, without markup; undefined when it has fewer than three words. */
export function firstSentence(docComment: string): string | undefined {
  const lines = docComment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim());
  const tag = lines.findIndex((line) => line.startsWith('@') || line.startsWith('```'));
  const [paragraph = ''] = lines
    .slice(0, tag < 0 ? lines.length : tag)
    .join('\n')
    .trim()
    .split(/\n\s*\n/);
  const prose = paragraph
    .replace(/\{@\w+ ([^}]*)\}/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ');
  const [sentence = ''] = prose.split(/(?<=[.!?])\s+(?=\p{Lu})/u);
  return (sentence.match(/\p{L}+/gu) ?? []).length < 3 ? undefined : sentence;
}

/** The first places of a shuffle by Fisher and Yates, in the order of the tree. */
function drawPairs(pairs: readonly SearchPair[], limit: number, seed: number): readonly SearchPair[] {
  const places = pairs.map((_, place) => place);
  const random = seededRandom(seed);
  for (let i = 0; i < limit; i += 1) {
    const j = i + Math.floor(random() * (places.length - i));
    [places[i], places[j]] = [places[j] ?? 0, places[i] ?? 0];
  }
  const drawn = new Set(places.slice(0, limit));
  return pairs.filter((_, place) => drawn.has(place));
}
