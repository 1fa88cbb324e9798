import { Lang } from '@ast-grep/napi';

/** How a source is read, decided by its extension alone: nothing inside the source may decide it. */
export interface SourceKind {
  /** A fixed name for the linter, so that the real path cannot match one of its ignore patterns. */
  readonly lintName: string;
  readonly isTypeScript: boolean;
  readonly language: Lang;
}

const JAVASCRIPT: SourceKind = { lintName: 'source.js', isTypeScript: false, language: Lang.JavaScript };

const kinds: Readonly<Record<string, SourceKind>> = {
  mjs: { ...JAVASCRIPT, lintName: 'source.mjs' },
  cjs: { ...JAVASCRIPT, lintName: 'source.cjs' },
  jsx: { ...JAVASCRIPT, lintName: 'source.jsx' },
  ts: { lintName: 'source.ts', isTypeScript: true, language: Lang.TypeScript },
  mts: { lintName: 'source.mts', isTypeScript: true, language: Lang.TypeScript },
  cts: { lintName: 'source.cts', isTypeScript: true, language: Lang.TypeScript },
  tsx: { lintName: 'source.tsx', isTypeScript: true, language: Lang.Tsx },
};

/** A path without one of these extensions is read as JavaScript. */
export function sourceKindOf(path: string): SourceKind {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return kinds[extension] ?? JAVASCRIPT;
}
