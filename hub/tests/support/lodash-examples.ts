import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';
import type { DebugTest } from '../../capabilities/auto_debugger/index.js';

export const lodashPath = createRequire(import.meta.url).resolve('lodash/lodash.js');

/**
 * The examples in lodash's documentation as tests: each `// => value` that is an expression is compared with the statement
 * before it. What they claim is lodash's authors' word, nobody here wrote it.
 */
export function lodashExamples(): readonly DebugTest[] {
  const source = readFileSync(lodashPath, 'utf8');
  return [...source.matchAll(/\/\*\*(?:(?!\*\/).)*?@example(.*?)\*\//gsu)].flatMap(([, text = ''], index) => {
    const lines = text.split('\n').map((line) => line.replace(/^\s*\*? ?/u, ''));
    const checks = withChecks(lines);
    if (checks === undefined) return [];
    const name = /_\.(\w+)/u.exec(text)?.[1] ?? 'chain';
    return [{ name: `${name} (example ${index})`, code: `const _ = require('./lodash.js');\n${checks}` }];
  });
}

function withChecks(lines: readonly string[]): string | undefined {
  const code = lines.join('\n');
  const file = ts.createSourceFile('example.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  let checks = 0;
  const statements = file.statements.map((statement) => {
    const after = /^\s*\/\/ => (.+)/u.exec(code.slice(statement.end))?.[1];
    const own = statement.getText(file);
    if (after === undefined || !isExpression(after)) return own;
    if (!ts.isExpressionStatement(statement)) return own;
    const { expression } = statement;
    const isLog = ts.isCallExpression(expression) && expression.expression.getText(file) === 'console.log';
    const shown = isLog ? expression.arguments[0]?.getText(file) : expression.getText(file);
    if (shown === undefined) return own;
    checks += 1;
    return `assert.deepStrictEqual(_plain(${shown}), _plain(${after}));`;
  });
  if (checks === 0) return undefined;
  return `const _plain = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : value);\n${statements.join('\n')}`;
}

function isExpression(text: string): boolean {
  const file = ts.createSourceFile('value.js', `(${text})`, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const found = 'parseDiagnostics' in file ? file.parseDiagnostics : undefined;
  return Array.isArray(found) && found.length === 0 && file.statements.length === 1;
}

/** A copy of lodash in which one operator of one function is another one. */
export interface Mutant {
  readonly text: string;
  /** First and last line of the innermost function around the operator. */
  readonly startLine: number;
  readonly endLine: number;
  /** Line, function and change, for a message. */
  readonly description: string;
}

const swaps = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.EqualsEqualsToken, '!='],
  [ts.SyntaxKind.ExclamationEqualsToken, '=='],
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
]);

/** Every single-operator mutant inside a function, in the order of the text. */
export function lodashMutants(): readonly (() => Mutant)[] {
  const text = readFileSync(lodashPath, 'utf8');
  const file = ts.createSourceFile('lodash.js', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const lineOf = (offset: number): number => file.getLineAndCharacterOfPosition(offset).line + 1;
  const mutants: (() => Mutant)[] = [];
  const visit = (node: ts.Node, owner: ts.FunctionLikeDeclaration | undefined): void => {
    const inside = ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) ? node : owner;
    const swap = ts.isBinaryExpression(node) ? swaps.get(node.operatorToken.kind) : undefined;
    // What the whole file is wrapped in is no function to find.
    if (
      ts.isBinaryExpression(node) &&
      swap !== undefined &&
      inside !== undefined &&
      inside.end - inside.pos < 50_000
    ) {
      const start = node.operatorToken.getStart(file);
      const name = inside.name?.getText(file) ?? '(anonymous)';
      mutants.push(() => ({
        text: `${text.slice(0, start)}${swap}${text.slice(node.operatorToken.end)}`,
        startLine: lineOf(inside.getStart(file)),
        endLine: lineOf(inside.end),
        description: `${lineOf(start)} ${name}: ${node.operatorToken.getText(file)} -> ${swap}`,
      }));
    }
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, undefined);
  return mutants;
}
