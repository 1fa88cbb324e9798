import ts from 'typescript';

export type ChunkKind =
  | 'function'
  | 'method'
  | 'constructor'
  | 'accessor'
  | 'class'
  | 'variable'
  | 'type'
  | 'module';

/** How a node is cut out as a chunk. */
export interface ChunkForm {
  readonly kind: ChunkKind;
  readonly name: string;
  /** The name is whole as it stands: `Matrix.prototype.scale`. */
  readonly qualified: boolean;
  readonly signature: readonly ts.Node[];
  readonly body: readonly ts.Node[];
}

/** The form of a node that declares something worth finding, or undefined when the node is part of what surrounds it. */
export function chunkFormOf(node: ts.Node): ChunkForm | undefined {
  return formsByKind.get(node.kind)?.(node);
}

function functionForm(kind: ChunkKind, name: string, node: ts.FunctionLikeDeclaration): ChunkForm {
  const signature = [
    ...(node.typeParameters ?? []),
    ...node.parameters,
    ...(node.type === undefined ? [] : [node.type]),
  ];
  return { kind, name, qualified: false, signature, body: node.body === undefined ? [] : [node.body] };
}

function classForm(name: string, node: ts.ClassLikeDeclaration): ChunkForm {
  const signature = [...(node.typeParameters ?? []), ...(node.heritageClauses ?? [])];
  return { kind: 'class', name, qualified: false, signature, body: node.members };
}

function typeForm(name: string, signature: readonly ts.Node[], body: readonly ts.Node[]): ChunkForm {
  return { kind: 'type', name, qualified: false, signature, body };
}

/** A statement of one variable, so that the comment before `const` belongs to it. */
function variableForm(node: ts.VariableStatement): ChunkForm | undefined {
  const [declaration, ...others] = node.declarationList.declarations;
  if (declaration === undefined || others.length > 0 || !ts.isIdentifier(declaration.name)) return undefined;
  const name = declaration.name.text;
  const held = declaration.initializer && definitionForm('function', name, declaration.initializer);
  if (held !== undefined) return held;
  // A local variable is part of its function; only what a module exports has readers elsewhere.
  if (!node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return undefined;
  const signature = declaration.type === undefined ? [] : [declaration.type];
  const body = declaration.initializer === undefined ? [] : [declaration.initializer];
  return { kind: 'variable', name, qualified: false, signature, body };
}

function propertyForm(node: ts.PropertyAssignment | ts.PropertyDeclaration): ChunkForm | undefined {
  return node.initializer && definitionForm('method', propertyName(node.name), node.initializer);
}

/** `this.open = function ...`, `Store.prototype.get = ...`, `exports.parse = ...`. */
function assignmentForm(node: ts.ExpressionStatement): ChunkForm | undefined {
  const { expression } = node;
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
    return undefined;
  const path = memberPath(expression.left);
  const last = path?.at(-1);
  if (path === undefined || last === undefined) return undefined;
  const owner = path
    .slice(0, -1)
    .filter((part) => !['this', 'exports', 'module', 'prototype'].includes(part));
  const kind = path.includes('exports') ? 'function' : 'method';
  const form = definitionForm(kind, [...owner, last].join('.'), expression.right);
  return form && { ...form, qualified: owner.length > 0 };
}

/** The form of an initialiser that is a function or class, or a call that wraps one: `memoize((key) => ...)`. */
function definitionForm(kind: ChunkKind, name: string, initializer: ts.Expression): ChunkForm | undefined {
  const expression = ts.skipPartiallyEmittedExpressions(initializer);
  if (ts.isParenthesizedExpression(expression)) return definitionForm(kind, name, expression.expression);
  if (ts.isArrowFunction(expression) || ts.isFunctionExpression(expression))
    return functionForm(kind, name, expression);
  if (ts.isClassExpression(expression)) return classForm(name, expression);
  if (!ts.isCallExpression(expression)) return undefined;
  const [wrapped] = expression.arguments;
  // A wrapper is called by its name; `items.map((item) => ...)` yields a value and defines nothing.
  if (
    ts.isIdentifier(expression.expression) &&
    wrapped !== undefined &&
    (ts.isArrowFunction(wrapped) || ts.isFunctionExpression(wrapped))
  ) {
    const form = functionForm(kind, name, wrapped);
    return { ...form, body: [expression.expression, ...form.body, ...expression.arguments.slice(1)] };
  }
  if (!ts.isPropertyAccessExpression(expression.expression)) return undefined;
  const chained = definitionForm(kind, name, expression.expression.expression);
  return (
    chained && { ...chained, body: [...chained.body, expression.expression.name, ...expression.arguments] }
  );
}

function memberPath(node: ts.Expression): readonly string[] | undefined {
  if (ts.isIdentifier(node)) return [node.text];
  if (node.kind === ts.SyntaxKind.ThisKeyword) return ['this'];
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const owner = memberPath(node.expression);
  return owner && [...owner, node.name.text];
}

function propertyName(name: ts.PropertyName): string {
  if (ts.isComputedPropertyName(name)) {
    const path = memberPath(name.expression);
    return path === undefined ? '[computed]' : `[${path.join('.')}]`;
  }
  return name.text;
}

function accessorForm(node: ts.AccessorDeclaration): ChunkForm {
  return functionForm('accessor', propertyName(node.name), node);
}

/** By kind: this is asked of every node of every file, and the compiler looks up each of its kinds by name. */
const formsByKind: ReadonlyMap<ts.SyntaxKind, (node: ts.Node) => ChunkForm | undefined> = new Map([
  form(ts.SyntaxKind.FunctionDeclaration, (node: ts.FunctionDeclaration) =>
    functionForm('function', node.name?.text ?? 'default', node),
  ),
  form(ts.SyntaxKind.MethodDeclaration, (node: ts.MethodDeclaration) =>
    functionForm('method', propertyName(node.name), node),
  ),
  form(ts.SyntaxKind.Constructor, (node: ts.ConstructorDeclaration) =>
    functionForm('constructor', 'constructor', node),
  ),
  form(ts.SyntaxKind.GetAccessor, accessorForm),
  form(ts.SyntaxKind.SetAccessor, accessorForm),
  form(ts.SyntaxKind.ClassDeclaration, (node: ts.ClassDeclaration) =>
    classForm(node.name?.text ?? 'default', node),
  ),
  form(ts.SyntaxKind.InterfaceDeclaration, (node: ts.InterfaceDeclaration) =>
    typeForm(node.name.text, node.heritageClauses ?? [], node.members),
  ),
  form(ts.SyntaxKind.TypeAliasDeclaration, (node: ts.TypeAliasDeclaration) =>
    typeForm(node.name.text, [], [node.type]),
  ),
  form(ts.SyntaxKind.EnumDeclaration, (node: ts.EnumDeclaration) =>
    typeForm(node.name.text, [], node.members),
  ),
  form(ts.SyntaxKind.VariableStatement, variableForm),
  form(ts.SyntaxKind.PropertyAssignment, propertyForm),
  form(ts.SyntaxKind.PropertyDeclaration, propertyForm),
  form(ts.SyntaxKind.ExportAssignment, (node: ts.ExportAssignment) =>
    definitionForm('function', 'default', node.expression),
  ),
  form(ts.SyntaxKind.ExpressionStatement, assignmentForm),
]);

function form<Node extends ts.Node>(
  kind: Node['kind'],
  read: (node: Node) => ChunkForm | undefined,
): [ts.SyntaxKind, (node: ts.Node) => ChunkForm | undefined] {
  return [kind, (node) => read(node as Node)];
}
