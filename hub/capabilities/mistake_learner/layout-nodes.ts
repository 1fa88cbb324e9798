import ts from 'typescript';
import type { SyntaxNode } from './syntax-tree.js';

// Directives such as `// @ts-expect-error` or `/// <reference`; the words of ordinary comments say nothing about code.
const directive = /^(\/[/*]+)\s*(\S*[@:<]\S*)/u;

/**
 * What syntax trees leave out and rules speak of: directives in comments, and the space around `:`, `=>`, `,` and `;`.
 * They become leaves of the file's root.
 */
export function layoutNodes(code: string, root: SyntaxNode, isJsx: boolean): readonly SyntaxNode[] {
  const variant = isJsx ? ts.LanguageVariant.JSX : ts.LanguageVariant.Standard;
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, variant, code);
  const nodes: SyntaxNode[] = [];
  const leaf = (label: string, text: string, start: number, end: number) =>
    nodes.push({
      label,
      text,
      start,
      end,
      parent: root,
      children: [],
      lacks: [],
      source: () => text,
      form: `${label}=${text}`,
    });
  let before = '';
  let mark: { readonly text: string; readonly start: number; readonly end: number } | undefined;
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    const isSpace = token === ts.SyntaxKind.WhitespaceTrivia;
    const isLine = token === ts.SyntaxKind.NewLineTrivia;
    if (mark !== undefined) {
      leaf('Spacing', `${mark.text}${isLine ? 'line' : isSpace ? 'space' : ''}`, mark.start, mark.end);
      mark = undefined;
    }
    if (isSpace || isLine) {
      before = isLine ? 'line' : 'space';
      continue;
    }
    if (token === ts.SyntaxKind.SingleLineCommentTrivia || token === ts.SyntaxKind.MultiLineCommentTrivia) {
      const found = directive.exec(scanner.getTokenText());
      for (const [word] of scanner.getTokenText().matchAll(/@[\w-]+|<reference\s+\w+|\b[a-z]+lint[:\w-]+/gu))
        leaf('Directive', word, scanner.getTokenStart(), scanner.getTokenEnd());
      if (found !== null)
        leaf('Comment', `${found[1]}${found[2]}`, scanner.getTokenStart(), scanner.getTokenEnd());
    } else if (isPunctuation(token)) {
      mark = {
        text: `${before}${ts.tokenToString(token)}`,
        start: scanner.getTokenStart(),
        end: scanner.getTokenEnd(),
      };
    }
    before = '';
  }
  return nodes;
}

function isPunctuation(token: ts.SyntaxKind): boolean {
  return (
    token === ts.SyntaxKind.ColonToken ||
    token === ts.SyntaxKind.EqualsGreaterThanToken ||
    token === ts.SyntaxKind.CommaToken ||
    token === ts.SyntaxKind.SemicolonToken
  );
}
