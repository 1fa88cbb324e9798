import ts from 'typescript';
import type { WorkspaceSource } from '../../files/workspace-files.js';
import { type ChunkForm, type ChunkKind, chunkFormOf } from './chunk-form.js';

/** One declaration of a file, with the words that are its own and not those of a chunk inside it. */
export interface CodeChunk {
  readonly path: string;
  /** Qualified by what it lies in: `Vector3.add`, `createStore.subscribe`. A module's rest is named after its file. */
  readonly name: string;
  readonly kind: ChunkKind;
  /** First and last line, counted from 1, without the leading comment. */
  readonly startLine: number;
  readonly endLine: number;
  /** Identifiers of parameters, types and heritage. */
  readonly signature: readonly string[];
  /** Identifiers and strings of the body. */
  readonly body: readonly string[];
  /** Comments before and inside the chunk, delimiters included; none unless asked for. */
  readonly comments: readonly string[];
  /** The last documentation comment before the declaration; undefined unless comments were asked for. */
  readonly docComment: string | undefined;
}

const NO_COMMENTS: readonly string[] = [];

interface OpenChunk {
  readonly name: string;
  readonly kind: ChunkKind;
  readonly node: ts.Node;
  readonly signature: string[];
  readonly body: string[];
  readonly comments: string[];
  readonly docComment: string | undefined;
}

/**
 * Cuts a source file into its functions, methods, classes, variables and types, nested ones apart from what they lie in,
 * and one chunk for the statements that are none of these. The syntax alone is read, without types.
 */
export function chunkSource(
  { path, text }: Pick<WorkspaceSource, 'path' | 'text'>,
  { includeComments }: { readonly includeComments: boolean },
): readonly CodeChunk[] {
  // Documentation comments are taken from the trivia below; parsing them as well takes a third of the time.
  const file = ts.createSourceFile(
    path,
    text,
    { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
    false,
    scriptKindOf(path),
  );
  const closed: OpenChunk[] = [];
  const module = openChunk(moduleNameOf(path), 'module', file, [], undefined);
  closed.push(module);
  visitChildren(file, module, module.body);
  return closed
    .filter((chunk) => chunk !== module || chunk.body.length > 0)
    .map((chunk) => closeChunk(chunk, path, file));

  function visit(node: ts.Node, current: OpenChunk, words: string[]): void {
    switch (node.kind) {
      case ts.SyntaxKind.Identifier:
      case ts.SyntaxKind.PrivateIdentifier:
      case ts.SyntaxKind.StringLiteral:
      case ts.SyntaxKind.NoSubstitutionTemplateLiteral:
      case ts.SyntaxKind.TemplateHead:
      case ts.SyntaxKind.TemplateMiddle:
      case ts.SyntaxKind.TemplateTail:
      case ts.SyntaxKind.JsxText:
        words.push((node as ts.Identifier | ts.LiteralLikeNode).text);
        return;
      // Names brought in and handed on are told by the code that uses them.
      case ts.SyntaxKind.ImportDeclaration:
      case ts.SyntaxKind.ExportDeclaration:
        return;
    }
    const comments = includeComments && carriesComments(node) ? commentsBefore(node) : NO_COMMENTS;
    const form = chunkFormOf(node);
    if (form === undefined) {
      if (comments !== NO_COMMENTS) current.comments.push(...comments);
      visitChildren(node, current, words);
      return;
    }
    visitChunk(node, form, comments, current);
  }

  function visitChunk(node: ts.Node, form: ChunkForm, comments: readonly string[], parent: OpenChunk): void {
    if (parent.kind !== 'module') parent.body.push(form.name);
    const name = form.qualified || parent.kind === 'module' ? form.name : `${parent.name}.${form.name}`;
    const chunk = openChunk(name, form.kind, node, [...comments], comments.findLast(isDocComment));
    closed.push(chunk);
    for (const part of form.signature) visit(part, chunk, chunk.signature);
    for (const part of form.body) visit(part, chunk, chunk.body);
  }

  function visitChildren(node: ts.Node, current: OpenChunk, words: string[]): void {
    ts.forEachChild(node, (child) => visit(child, current, words));
  }

  function commentsBefore(node: ts.Node): string[] {
    return (ts.getLeadingCommentRanges(text, node.pos) ?? []).map(({ pos, end }) => text.slice(pos, end));
  }
}

function openChunk(
  name: string,
  kind: ChunkKind,
  node: ts.Node,
  comments: string[],
  docComment: string | undefined,
): OpenChunk {
  return { name, kind, node, signature: [], body: [], comments, docComment };
}

function closeChunk(chunk: OpenChunk, path: string, file: ts.SourceFile): CodeChunk {
  const { node, ...words } = chunk;
  const start = node === file ? 0 : node.getStart(file);
  return {
    path,
    ...words,
    startLine: file.getLineAndCharacterOfPosition(start).line + 1,
    endLine: file.getLineAndCharacterOfPosition(node.end).line + 1,
  };
}

/** Nodes before which a comment tells about them; looking at every node would read each gap of the text. */
function carriesComments(node: ts.Node): boolean {
  return (
    ts.isStatement(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node) ||
    ts.isObjectLiteralElement(node)
  );
}

function isDocComment(comment: string): boolean {
  return comment.startsWith('/**') && comment.length > 4;
}

function moduleNameOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.replace(/\.[^.]+$/, '');
}

function scriptKindOf(path: string): ts.ScriptKind {
  if (/\.[cm]?ts$/i.test(path)) return ts.ScriptKind.TS;
  // Plain JavaScript may hold JSX, and reading it as JSX changes nothing else.
  return /\.tsx$/i.test(path) ? ts.ScriptKind.TSX : ts.ScriptKind.JSX;
}
