import ts from 'typescript';

/** A token with its text, without the space and comments around it. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isWord: boolean;
}

/** A stretch of tokens that a review replaced. */
export interface Phrase {
  /** Texts of the tokens, joined by single spaces. */
  readonly before: string;
  readonly after: string;
}

/** Beyond so many tokens on a side the quadratic comparison is not made. */
const mostTokens = 3_000;
const mostPhraseTokens = 12;
/** Hunks with so few equal tokens between them are one change, as in `console.log` to `logger.info`. */
const mostBetween = 2;

/** @param path its extension decides the dialect; without one the code is read as JavaScript with elements */
export function readTokens(code: string, path = ''): readonly Token[] {
  const kind = /\.[cm]?ts$/iu.test(path) ? ts.ScriptKind.TS : ts.ScriptKind.TSX;
  const file = ts.createSourceFile('code.tsx', code, ts.ScriptTarget.Latest, false, kind);
  const tokens: Token[] = [];
  // The scanner alone cannot tell a division from a regular expression; the parser can.
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file);
    if (children.length > 0) {
      for (const child of children) visit(child);
      return;
    }
    const start = node.getStart(file);
    if (node.end > start && !ts.isJSDoc(node)) {
      const text = code.slice(start, node.end);
      tokens.push({ text: quoteEvenly(text), start, end: node.end, isWord: /^[\p{L}_$#]/u.test(text) });
    }
  };
  visit(file);
  return tokens;
}

/** Changes between two texts as phrases, and what of them says nothing beyond this one place. */
export function findPhrases(
  before: string,
  after: string,
  path = '',
): { readonly phrases: readonly Phrase[]; readonly notLearnt: readonly string[] } {
  const old = readTokens(before, path);
  const accepted = readTokens(after, path);
  if (old.length > mostTokens || accepted.length > mostTokens) {
    return {
      phrases: [],
      notLearnt: [`the texts have more than ${mostTokens} tokens; give the changed functions alone`],
    };
  }
  const phrases: Phrase[] = [];
  const notLearnt: string[] = [];
  for (const hunk of joinNear(differences(old, accepted))) {
    const removed = old.slice(hunk.from, hunk.to);
    const inserted = accepted.slice(hunk.fromAfter, hunk.toAfter);
    const shown = textOf(removed);
    if (removed.length === 0)
      notLearnt.push(`"${textOf(inserted)}" was added, which no pattern of old code shows`);
    else if (removed.length > mostPhraseTokens)
      notLearnt.push(`${removed.length} tokens were replaced at once`);
    else if (!removed.some(({ isWord, text }) => isWord && text.length > 2)) {
      notLearnt.push(`"${shown}" holds no name to know it by`);
    } else phrases.push({ before: shown, after: textOf(inserted) });
  }
  return { phrases, notLearnt };
}

/** Where a phrase stands in a text, as pairs of offsets. */
export function findPhrase(tokens: readonly Token[], phrase: string): readonly (readonly [number, number])[] {
  const wanted = phrase.split(' ');
  return tokens.flatMap((token, index) => {
    if (token.text.replaceAll(' ', '\u00a0') !== wanted[0]) return [];
    const last = tokens[index + wanted.length - 1];
    const matches = wanted.every(
      (text, offset) => tokens[index + offset]?.text.replaceAll(' ', '\u00a0') === text,
    );
    return matches && last !== undefined ? [[token.start, last.end] as const] : [];
  });
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text.replaceAll(' ', '\u00a0')).join(' ');
}

/** Which quotes a string has is a question of style, not of this phrase. */
function quoteEvenly(text: string): string {
  return /^"[^"'\\]*"$/u.test(text) ? `'${text.slice(1, -1)}'` : text;
}

interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly fromAfter: number;
  readonly toAfter: number;
}

/** Longest common subsequence by the table of Wagner and Fischer (1974). */
function differences(old: readonly Token[], accepted: readonly Token[]): readonly Hunk[] {
  const width = accepted.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = accepted.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        old[row]?.text === accepted[column]?.text
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const hunks: Hunk[] = [];
  let from = 0;
  let fromAfter = 0;
  let row = 0;
  let column = 0;
  const close = (): void => {
    if (row > from || column > fromAfter) hunks.push({ from, to: row, fromAfter, toAfter: column });
  };
  while (row < old.length && column < accepted.length) {
    if (old[row]?.text === accepted[column]?.text) {
      close();
      row += 1;
      column += 1;
      from = row;
      fromAfter = column;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  row = old.length;
  column = accepted.length;
  close();
  return hunks;
}

function joinNear(hunks: readonly Hunk[]): readonly Hunk[] {
  const joined: Hunk[] = [];
  for (const hunk of hunks) {
    const last = joined.at(-1);
    if (last !== undefined && hunk.from - last.to <= mostBetween) {
      joined[joined.length - 1] = { ...last, to: hunk.to, toAfter: hunk.toAfter };
    } else joined.push(hunk);
  }
  return joined;
}
