import ts from 'typescript';
import { layoutNodes } from './layout-nodes.js';

/** A node of code as patterns see it. Positions are offsets in the text. */
export interface SyntaxNode {
  /** Kind, with what tells apart nodes of one kind: operator, `const`, `namespace`. */
  readonly label: string;
  /** Text of a name or literal that means the same elsewhere; undefined for a typed hole. */
  readonly text: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly parent: SyntaxNode | undefined;
  readonly children: SyntaxNode[];
  /** Parts that nodes of the kind may have and this one has not: `type`, `initializer`, `arguments`. */
  readonly lacks: readonly string[];
  /** Source text of the node. */
  readonly source: () => string;
  /** The whole subtree with its names: equal for equal code. Only the label when the tree was parsed without forms. */
  readonly form: string;
}

export interface SyntaxTree {
  readonly root: SyntaxNode;
  readonly file: ts.SourceFile;
}

// The first name of a number in SyntaxKind is its own; First… and Last… are aliases.
const kindNames: readonly (string | undefined)[] = Object.entries(ts.SyntaxKind).reduce<
  (string | undefined)[]
>((names, [name, kind]) => {
  if (typeof kind === 'number' && names[kind] === undefined && !/^(?:First|Last)[A-Z]/u.test(name))
    names[kind] = name;
  return names;
}, []);

// Names that examples make up carry no meaning from one example to the next.
const placeholderName = /^(?:foo|bar|baz|.{1,2}$)/iu;
const typeName = /^(?:use strict|object|string|number|function|undefined|boolean|symbol|bigint|.?)$/u;

export interface ParseOptions {
  /** By default the code decides. */
  readonly isJsx?: boolean | undefined;
  /** Forms are for comparing trees; looking patterns up does without. @default true */
  readonly withForms?: boolean;
}

/** Parses code of any dialect; broken code gives what the parser could make of it. */
export function parseSyntax(code: string, options: ParseOptions = {}): SyntaxTree {
  const { isJsx, withForms = true } = options;
  const file = parseDialect(code, isJsx);
  const declared = declaredNames(file);
  const root: SyntaxNode = {
    label: 'SourceFile',
    text: undefined,
    start: 0,
    end: code.length,
    parent: undefined,
    children: [],
    lacks: [],
    source: () => code,
    form: '',
  };
  for (const statement of file.statements)
    root.children.push(toNode(statement, root, { file, declared, withForms }));
  root.children.push(...layoutNodes(code, root, isJsx === true));
  return { root, file };
}

function parseDialect(code: string, isJsx: boolean | undefined): ts.SourceFile {
  const parse = (kind: ts.ScriptKind) =>
    ts.createSourceFile(
      'code',
      code,
      { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
      false,
      kind,
    );
  if (isJsx === true) return parse(ts.ScriptKind.TSX);
  const plain = parse(ts.ScriptKind.TS);
  // `<T>x` is an assertion in one dialect and an element in the other: the reading with fewer errors is taken.
  if (isJsx === false || syntaxErrors(plain) === 0) return plain;
  const jsx = parse(ts.ScriptKind.TSX);
  return syntaxErrors(jsx) < syntaxErrors(plain) ? jsx : plain;
}

/** The parser keeps its findings on the file, where the public types do not show them. */
function syntaxErrors(file: ts.SourceFile): number {
  const found = 'parseDiagnostics' in file ? file.parseDiagnostics : undefined;
  return Array.isArray(found) ? found.length : 0;
}

function declaredNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if ('name' in node && !ts.isPropertyAccessExpression(node)) {
      const name = node.name as ts.Node | undefined;
      if (name !== undefined && ts.isIdentifier(name)) names.add(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

interface NodeContext {
  readonly file: ts.SourceFile;
  readonly declared: ReadonlySet<string>;
  readonly withForms: boolean;
}

function toNode(node: ts.Node, parent: SyntaxNode, context: NodeContext): SyntaxNode {
  const label = labelOf(node);
  const children: SyntaxNode[] = [];
  const made = {
    label,
    text: meaningfulText(node, context.declared),
    start: node.getStart(context.file),
    end: node.end,
    parent,
    children,
    lacks: absentParts(node),
    source: () => context.file.text.slice(made.start, made.end),
    form: label,
  };
  ts.forEachChild(node, (child) => {
    children.push(toNode(child, made, context));
  });
  if (!context.withForms) return made;
  const own =
    ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isLiteralExpression(node) ? node.text : '';
  if (own !== '') made.form += `=${JSON.stringify(own)}`;
  if (children.length > 0) made.form += `(${children.map((child) => child.form).join(' ')})`;
  return made;
}

const optionalParts = [
  'type',
  'initializer',
  'typeArguments',
  'typeParameters',
  'questionToken',
  'questionDotToken',
  'exclamationToken',
  'dotDotDotToken',
  'modifiers',
  'elseStatement',
  'importClause',
  'name',
  'body',
  'variableDeclaration',
  'heritageClauses',
  'asteriskToken',
  'constraint',
  'expression',
  'propertyName',
  'arguments',
  'members',
  'statements',
  'parameters',
  'elements',
] as const;

function absentParts(node: ts.Node): readonly string[] {
  const absent: string[] = [];
  for (const part of optionalParts) {
    if (!(part in node)) continue;
    const value: unknown = node[part as keyof ts.Node];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) absent.push(part);
  }
  return absent;
}

function labelOf(node: ts.Node): string {
  const kind = kindNames[node.kind] ?? String(node.kind);
  if (ts.isVariableDeclarationList(node)) {
    return `${kind}:${node.flags & ts.NodeFlags.Const ? 'const' : node.flags & ts.NodeFlags.Let ? 'let' : 'var'}`;
  }
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node) || ts.isTypeOperatorNode(node)) {
    return `${kind}:${kindNames[node.operator]}`;
  }
  if (ts.isModuleDeclaration(node)) {
    return `${kind}:${node.flags & ts.NodeFlags.Namespace ? 'namespace' : 'module'}`;
  }
  if (ts.isHeritageClause(node)) return `${kind}:${kindNames[node.token]}`;
  if (
    (ts.isImportSpecifier(node) || ts.isExportSpecifier(node) || ts.isExportDeclaration(node)) &&
    node.isTypeOnly
  ) {
    return `${kind}:type`;
  }
  if (ts.isImportClause(node) && node.phaseModifier === ts.SyntaxKind.TypeKeyword) return `${kind}:type`;
  if (ts.isExportAssignment(node) && node.isExportEquals === true) return `${kind}:equals`;
  return kind;
}

function meaningfulText(node: ts.Node, declared: ReadonlySet<string>): string | undefined {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
    return declared.has(node.text) || placeholderName.test(node.text) ? undefined : node.text;
  }
  if (ts.isLiteralExpression(node)) return typeName.test(node.text) ? JSON.stringify(node.text) : undefined;
  return undefined;
}
