import type { SyntaxNode } from './syntax-tree.js';

/** Levels of patterns about what a node lacks and how its children stand to each other. */
export const relationLevels = [
  'loose',
  'lacks',
  'looseLacks',
  'looseTwice',
  'looseParted',
  'looseUnsorted',
  'looseOrder',
] as const;

export type RelationLevel = (typeof relationLevels)[number];

/** Comparing children with each other grows with the square of their number. */
const mostCompared = 40;
/** Equal texts longer than this are hardly a repetition by mistake. */
const longestCompared = 120;

const modifier = /^(?:Static|Readonly|Public|Private|Protected|Abstract|Declare|Export|Async)Keyword$/u;
const layout = /^(?:Spacing|Comment|Directive)$/u;

const familyMembers: Readonly<Record<string, readonly string[]>> = {
  Function: [
    'FunctionDeclaration',
    'FunctionExpression',
    'ArrowFunction',
    'MethodDeclaration',
    'GetAccessor',
  ],
  Signature: ['MethodSignature', 'CallSignature', 'ConstructSignature', 'FunctionType', 'ConstructorType'],
  Members: [
    'ClassDeclaration',
    'ClassExpression',
    'InterfaceDeclaration',
    'TypeLiteral',
    'ModuleBlock',
    'SourceFile',
  ],
  Constituents: ['UnionType', 'IntersectionType'],
  Property: ['PropertyDeclaration', 'PropertySignature', 'PropertyAssignment'],
  Literal: [
    'StringLiteral',
    'NumericLiteral',
    'BigIntLiteral',
    'NoSubstitutionTemplateLiteral',
    'TemplateExpression',
    'TrueKeyword',
    'FalseKeyword',
    'NullKeyword',
  ],
  Primitive: ['StringKeyword', 'NumberKeyword', 'BooleanKeyword', 'SymbolKeyword', 'BigIntKeyword'],
  Assertion: ['AsExpression', 'TypeAssertionExpression'],
  Access: ['PropertyAccessExpression', 'ElementAccessExpression'],
  Loop: ['ForStatement', 'ForOfStatement', 'WhileStatement', 'DoStatement'],
};

const families = new Map(
  Object.entries(familyMembers).flatMap(([family, labels]) =>
    labels.map((label) => [label, family] as const),
  ),
);

/** Kinds that stand for each other: what a rule says of one it mostly says of its like. */
export function familyOf(label: string): string {
  return families.get(label) ?? label;
}

/** Adds what a node lacks, and order, repetition and parting among its children, with kinds as loose as their family. */
export function addRelationPatterns(
  node: SyntaxNode,
  add: (level: RelationLevel, make: () => string) => void,
): void {
  const family = familyOf(node.label);
  const { parent } = node;
  // The file as a parent says nothing.
  const above = parent?.parent === undefined ? undefined : familyOf(parent.label);
  for (const part of node.lacks) {
    add('lacks', () => `${node.label}(-${part})`);
    if (family !== node.label) add('looseLacks', () => `${family}(-${part})`);
    for (const { label } of node.children) {
      if (part !== 'modifiers' && modifier.test(label)) {
        add('looseLacks', () => `${family}(${label.slice(0, -'Keyword'.length)} -${part})`);
      }
    }
    if (above !== undefined) add('looseLacks', () => `${above} > ${family}(-${part})`);
  }
  if (above !== undefined) {
    add('loose', () => `${above} > ${family}${node.text === undefined ? '' : `=${node.text}`}`);
  }
  const children = node.children.filter(({ label }) => !layout.test(label));
  if (children.length > 1 && children.length <= mostCompared) addSiblingPatterns(family, children, add);
}

function addSiblingPatterns(
  family: string,
  children: readonly SyntaxNode[],
  add: (level: RelationLevel, make: () => string) => void,
): void {
  const siblings = children.map((child) => ({
    family: familyOf(child.label),
    source: child.end - child.start < longestCompared ? child.source() : '',
    name: child.children.find(({ label }) => label === 'Identifier')?.source(),
    value: child.children.length === 2 ? child.children[1]?.source() : undefined,
  }));
  for (const [index, sibling] of siblings.entries()) {
    const next = siblings[index + 1];
    if (next === undefined) return;
    add('looseOrder', () => `${family}(${sibling.family} , ${next.family})`);
    if (sibling.family === next.family && next.source < sibling.source)
      add('looseUnsorted', () => `${family}()`);
    let isParted = false;
    for (const other of siblings.slice(index + 1)) {
      isParted ||= other.name !== sibling.name;
      if (other.family !== sibling.family) continue;
      if (sibling.source !== '' && sibling.source === other.source) add('looseTwice', () => `${family}()`);
      if (sibling.value !== undefined && sibling.value === other.value) {
        add('looseTwice', () => `${family}(${sibling.family} value)`);
      }
      if (isParted && sibling.name !== undefined && sibling.name === other.name) {
        add('looseParted', () => `${family}(${sibling.family})`);
      }
    }
  }
}
