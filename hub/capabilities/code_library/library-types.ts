/** What `save` is given. */
export interface Snippet {
  readonly name: string;
  readonly code: string;
  /** Such as `typescript`. Only javascript, jsx, typescript, tsx, css and html can be compared for clones. */
  readonly language: string;
  /** Where the code comes from: a path, an address. */
  readonly source: string;
  readonly tags?: readonly string[];
}

export interface StoredSnippet extends Required<Snippet> {
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
}

export interface FoundSnippet extends StoredSnippet {
  /** BM25+, higher is nearer; comparable within one answer only. */
  readonly score: number;
}

/**
 * Code that is alike. The kinds are those of the literature on clones (Roy and Cordy 2007): `exact` (type 1) differs in
 * layout and comments, `renamed` (type 2) in names and literals as well, `changed` (type 3) in some of its parts.
 */
export interface Clone extends StoredSnippet {
  readonly kind: 'exact' | 'renamed' | 'changed';
  /** Share of common parts of the normal forms, 0 to 1 (Dice 1945); 1 for exact and renamed ones. */
  readonly similarity: number;
}

export interface LibraryStats {
  readonly snippets: number;
  readonly byLanguage: Readonly<Record<string, number>>;
  /** Snippets whose language has no grammar here, so that `similar` never finds them. */
  readonly notComparable: number;
}
