const shingleWords = 3;
const similarAt = 0.8;

/** What of a text is compared with others. */
export interface TextFingerprint {
  /** Hashes of all runs of three words, ascending and distinct. */
  readonly shingles: readonly number[];
  /** The words that hold a digit, in order. */
  readonly numbers: string;
}

/** Makes a fingerprint: case, spaces and punctuation do not count. */
export function fingerprintText(text: string): TextFingerprint {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [text];
  const shingles = new Set<number>();
  for (let at = 0; at <= Math.max(0, words.length - shingleWords); at += 1) {
    shingles.add(hash(words.slice(at, at + shingleWords).join(' ')));
  }
  return {
    shingles: [...shingles].sort((a, b) => a - b),
    numbers: words.filter((word) => /\p{N}/u.test(word)).join(' '),
  };
}

/** Texts seen so far, asked one after the other for one that says nearly the same. */
export class NearDuplicateIndex<Id> {
  readonly #kept = new Map<Id, TextFingerprint>();
  readonly #byShingle = new Map<number, Id[]>();

  /**
   * A text with the same numbers whose runs of three words overlap by a Jaccard index of at least .8; undefined when
   * there is none, and then this text is kept for those that follow. Only the prefixes are looked up that two such texts
   * must share (Chaudhuri et al. 2006), so that the time does not grow with the square of the number of texts.
   */
  findOrKeep(id: Id, text: TextFingerprint): Id | undefined {
    const prefix = text.shingles.slice(0, Math.floor((1 - similarAt) * text.shingles.length + 1e-9) + 1);
    const candidates = new Set(prefix.flatMap((shingle) => this.#byShingle.get(shingle) ?? []));
    for (const candidate of candidates) {
      const other = this.#kept.get(candidate);
      if (other?.numbers === text.numbers && jaccard(other.shingles, text.shingles) >= similarAt) {
        return candidate;
      }
    }
    this.#kept.set(id, text);
    for (const shingle of prefix) {
      const ids = this.#byShingle.get(shingle);
      if (ids === undefined) this.#byShingle.set(shingle, [id]);
      else ids.push(id);
    }
    return undefined;
  }
}

function jaccard(a: readonly number[], b: readonly number[]): number {
  const inA = new Set(a);
  const shared = b.reduce((sum, shingle) => sum + (inA.has(shingle) ? 1 : 0), 0);
  return shared / (a.length + b.length - shared);
}

/** FNV-1a in 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value >>> 0;
}
