export { CodeLibrary, type CodeLibraryOptions, type SimilarOptions } from './code-library.js';
export type { Clone, FoundSnippet, LibraryStats, Snippet, StoredSnippet } from './library-types.js';
