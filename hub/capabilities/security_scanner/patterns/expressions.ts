import type { SgNode } from '@ast-grep/napi';
import { bindingOf, type ModuleBinding } from './module-bindings.js';
import type { SourceFacts } from './source-facts.js';

const LITERAL_KINDS: ReadonlySet<string> = new Set([
  'string',
  'number',
  'regex',
  'true',
  'false',
  'null',
  'undefined',
]);

/** Calls whose result cannot carry an attack on: conversion to a number, encoders, escapers, sanitisers. */
const CLEANER =
  /^(?:Number|parseInt|parseFloat|Boolean|encodeURIComponent|encodeURI|(?:[\w$]+\.)*(?:\w*sanitize\w*|\w*escape\w*|\w*purify\w*|\w*encode\w*|basename|quote))$/i;

export interface Call {
  readonly node: SgNode;
  /** The called expression as written, such as `cp.exec`. */
  readonly callee: string;
  readonly args: readonly SgNode[];
  readonly binding: ModuleBinding | undefined;
}

/** All calls and constructions whose callee matches, with their arguments. */
export function findCalls(facts: SourceFacts, callee: string): readonly Call[] {
  const nodes = facts.root.findAll({
    rule: {
      any: [
        { kind: 'call_expression', has: { field: 'function', regex: callee } },
        { kind: 'new_expression', has: { field: 'constructor', regex: callee } },
      ],
    },
  });
  return nodes.map((node) => {
    const called = node.field('function') ?? node.field('constructor');
    const text = called?.text() ?? '';
    return { node, callee: text, args: argumentsOf(node), binding: bindingOf(text, facts.bindings()) };
  });
}

function argumentsOf(call: SgNode): readonly SgNode[] {
  const list = call.field('arguments');
  // A tagged template has its template in the place of the argument list.
  if (list === null || !list.is('arguments')) return [];
  return list.namedChildren().filter((child) => !child.is('comment'));
}

/** The expression inside parentheses, `await`, and TypeScript's assertions. */
export function unwrap(node: SgNode): SgNode {
  const kind = String(node.kind());
  if (/^(parenthesized|await|as|satisfies|non_null)_expression$/.test(kind)) {
    const inner = node.namedChildren().find((child) => !child.is('comment'));
    return inner === undefined ? node : unwrap(inner);
  }
  return node;
}

/** True when the value is fixed in the source. */
export function isLiteral(node: SgNode): boolean {
  const inner = unwrap(node);
  const kind = String(inner.kind());
  if (LITERAL_KINDS.has(kind)) return true;
  if (kind === 'template_string')
    return inner.namedChildren().every((part) => !part.is('template_substitution'));
  if (kind === 'binary_expression' || kind === 'array' || kind === 'unary_expression') {
    return inner.namedChildren().every(isLiteral);
  }
  return false;
}

/** True for a string put together with parts that are not literal, and for a name that holds one. */
export function isBuiltText(node: SgNode, builtNames: ReadonlySet<string>): boolean {
  const inner = unwrap(node);
  const kind = String(inner.kind());
  if (kind === 'identifier') return builtNames.has(inner.text());
  if (kind === 'template_string') {
    return inner
      .namedChildren()
      .some(
        (part) => part.is('template_substitution') && !part.namedChildren().every((value) => isClean(value)),
      );
  }
  if (kind === 'binary_expression') return isBuiltConcatenation(inner, builtNames);
  if (kind === 'ternary_expression')
    return inner.namedChildren().some((part) => isBuiltText(part, builtNames));
  if (kind !== 'call_expression') return false;
  const callee = inner.field('function')?.text() ?? '';
  // `words.join(' ')`, but not `path.join(folder, name)`.
  if (/\.join$/.test(callee) && !/^\[/.test(callee)) return isJoinOfWords(callee, argumentsOf(inner));
  if (/^(?:util\.)?format$/.test(callee)) return !argumentsOf(inner).every(isLiteral);
  return (
    /^\s*(?:['"`][\s\S]*['"`]\.concat|\[[\s\S]*\]\.join)$/.test(callee) &&
    !(inner.field('function')?.namedChildren() ?? []).concat(argumentsOf(inner)).every(isLiteral)
  );
}

function isJoinOfWords(callee: string, args: readonly SgNode[]): boolean {
  return !/^path\b/.test(callee) && args.length === 1 && args[0]?.is('string') === true;
}

function isBuiltConcatenation(node: SgNode, builtNames: ReadonlySet<string>): boolean {
  if (!node.children().some((child) => child.text() === '+')) return false;
  const parts = flattenConcatenation(node);
  const hasText = parts.some(
    (part) => part.is('string') || part.is('template_string') || isBuiltText(part, builtNames),
  );
  return hasText && parts.some((part) => !isLiteral(part) && !isClean(part));
}

/** The operands of a chain of `+`, left to right. */
export function flattenConcatenation(node: SgNode): readonly SgNode[] {
  // The chain grows to the left, so a long one must not be walked by recursion.
  const operands: SgNode[] = [];
  let rest = unwrap(node);
  for (;;) {
    const left = rest.field('left');
    const right = rest.field('right');
    if (!rest.is('binary_expression') || left === null || right === null) break;
    operands.push(...[...flattenConcatenation(right)].reverse());
    rest = unwrap(left);
  }
  return [rest, ...operands.reverse()];
}

/** True when the value is literal or comes straight out of an encoder, escaper or conversion to a number. */
export function isClean(node: SgNode): boolean {
  const inner = unwrap(node);
  if (isLiteral(inner)) return true;
  return inner.is('call_expression') && CLEANER.test(inner.field('function')?.text() ?? '');
}

const FUNCTION_KIND =
  /^(function_declaration|function_expression|arrow_function|method_definition|generator_function.*)$/;

/** The functions around a node, innermost first. */
export function functionsAround(node: SgNode): readonly SgNode[] {
  return node.ancestors().filter((ancestor) => FUNCTION_KIND.test(String(ancestor.kind())));
}

/** The text that decides whether a check is in place: the innermost function, or the whole source outside of any. */
export function scopeText(node: SgNode, facts: SourceFacts): string {
  return functionsAround(node)[0]?.text() ?? facts.text;
}
