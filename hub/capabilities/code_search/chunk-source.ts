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

const wordKinds: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.Identifier,
  ts.SyntaxKind.PrivateIdentifier,
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.TemplateHead,
  ts.SyntaxKind.TemplateMiddle,
  ts.SyntaxKind.TemplateTail,
  ts.SyntaxKind.JsxText,
]);

/** Names brought in and handed on are told by the code that uses them. */
const leftOutKinds: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.ExportDeclaration,
]);

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
  const module = openChunk(moduleNameOf(path), 'module', file, [], undefined);
  const closed = [module];
  // Of what is being visited, so that one visitor serves all nodes.
  let current = module;
  let words = module.body;
  ts.forEachChild(file, visit);
  return closed
    .filter((chunk) => chunk !== module || chunk.body.length > 0)
    .map((chunk) => closeChunk(chunk, path, file));

  function visit(node: ts.Node): void {
    if (wordKinds.has(node.kind)) {
      words.push((node as ts.Identifier | ts.LiteralLikeNode).text);
      return;
    }
    if (leftOutKinds.has(node.kind)) return;
    const comments = includeComments && carriesComments(node) ? commentsBefore(node) : NO_COMMENTS;
    const form = chunkFormOf(node);
    if (form === undefined) {
      if (comments !== NO_COMMENTS) current.comments.push(...comments);
      ts.forEachChild(node, visit);
    } else visitChunk(node, form, comments);
  }

  function visitChunk(node: ts.Node, form: ChunkForm, comments: readonly string[]): void {
    const parent = current;
    const parentWords = words;
    if (parent.kind !== 'module') parent.body.push(form.name);
    const name = form.qualified || parent.kind === 'module' ? form.name : `${parent.name}.${form.name}`;
    current = openChunk(name, form.kind, node, [...comments], comments.findLast(isDocComment));
    closed.push(current);
    words = current.signature;
    form.signature.forEach(visit);
    words = current.body;
    form.body.forEach(visit);
    current = parent;
    words = parentWords;
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

const carriersOfComments = new Map<ts.SyntaxKind, boolean>();

/**
 * Nodes before which a comment tells about them; looking at every node would read each gap of the text. Nodes know no parents here,
 * so that what the compiler says of one it says of each of its kind.
 */
function carriesComments(node: ts.Node): boolean {
  let carries = carriersOfComments.get(node.kind);
  if (carries === undefined) {
    carries =
      ts.isStatement(node) ||
      ts.isClassElement(node) ||
      ts.isTypeElement(node) ||
      ts.isObjectLiteralElement(node);
    carriersOfComments.set(node.kind, carries);
  }
  return carries;
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
