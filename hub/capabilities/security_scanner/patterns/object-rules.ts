import type { SgNode } from '@ast-grep/napi';
import { functionsAround, isLiteral, unwrap } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import type { SourceFacts } from './source-facts.js';

/** Signs that a function keeps `__proto__` and `constructor` out; whether the check is right is not judged. */
const GUARD =
  /__proto__|['"]prototype['"]|is\w*(?:Proto|Unsafe|Safe|Polluted|Forbidden)\w*\(|(?:safe|unsafe)\w*\(|Object\.create\(\s*null\s*\)|defineProperty/i;

/** Rules about writes that can reach an object's prototype. */
export const objectRules: readonly PatternRule[] = [
  {
    rule: 'prototype-write',
    cwe: 'CWE-1321',
    severity: 'high',
    message:
      'A computed key is written through another computed key, so "__proto__" reaches Object.prototype. Refuse that key, or use a Map or an object without a prototype.',
    mention: /\]\s*=(?!=)/,
    find: (facts) => {
      const checks = readChecks(facts);
      return facts.root
        .findAll({
          rule: { kind: 'assignment_expression', has: { field: 'left', kind: 'subscript_expression' } },
        })
        .filter((node) => canReachPrototype(node, facts) && !isGuarded(node, facts, checks));
    },
  },
];

function canReachPrototype(assignment: SgNode, facts: SourceFacts): boolean {
  const target = assignment.field('left');
  const object = target?.field('object');
  const key = target?.field('index');
  if (!object || !key) return false;
  const around = functionsAround(assignment);
  const outer = around.at(-1)?.text() ?? facts.text;
  if (!isOpenKey(key, outer)) return false;
  const owner = unwrap(object);
  if (owner.is('subscript_expression')) {
    const ownerKey = owner.field('index');
    return ownerKey !== null && isOpenKey(ownerKey, outer);
  }
  if (!owner.is('identifier') && !owner.is('this')) return false;
  return walksDown(owner.text(), around) || mergesDown(owner.text(), key.text(), around);
}

/** A check in the outermost function itself, or in one that it calls and that this source declares. */
function isGuarded(node: SgNode, facts: SourceFacts, checks: readonly string[]): boolean {
  const scope = functionsAround(node).at(-1)?.text() ?? facts.text;
  return GUARD.test(scope) || checks.some((name) => calls(scope, name));
}

/** The functions of a source that look at `__proto__`. */
function readChecks(facts: SourceFacts): readonly string[] {
  if (!facts.text.includes('__proto__')) return [];
  const declared = facts.root.findAll({
    rule: { any: [{ kind: 'function_declaration' }, { kind: 'variable_declarator' }] },
  });
  const isFunction = (node: SgNode) => /=>|function/.test(node.text());
  const lists = declared.filter((node) => !isFunction(node) && node.text().includes('__proto__'));
  const functions = declared.filter(isFunction);
  // Two steps: a check is often split into the list of names, the test, and the function that refuses.
  const near = namesMentioning(functions, ['__proto__', ...lists.flatMap(nameOf)]);
  return [...near, ...namesMentioning(functions, near)];
}

function namesMentioning(declared: readonly SgNode[], marks: readonly string[]): readonly string[] {
  return declared.filter((node) => marks.some((mark) => node.text().includes(mark))).flatMap(nameOf);
}

function calls(scope: string, name: string): boolean {
  return new RegExp(`(?<![\\w$.])${escapeText(name)}\\s*\\(`).test(scope);
}

function nameOf(declaration: SgNode): readonly string[] {
  const name = declaration.field('name')?.text();
  return name !== undefined && /^[\w$]+$/.test(name) ? [name] : [];
}

/** A key that may be any text: no literal, and no name the function counts with. */
function isOpenKey(key: SgNode, scope: string): boolean {
  const inner = unwrap(key);
  const text = inner.text();
  if (isLiteral(inner) || /^(?:binary|unary|update)_expression$/.test(String(inner.kind()))) return false;
  if (
    /(?:^ix|length|[iI]ndex|[iI]dx|[oO]ffset|[cC]ount|Symbol\.\w+)$/.test(text) ||
    /^[A-Z][A-Z0-9_]*$/.test(text)
  ) {
    return false;
  }
  if (!inner.is('identifier')) return true;
  const name = escapeText(text);
  return !new RegExp(
    `(?<![\\w$.])${name}\\s*(?:\\+\\+|--|[-+*]=|<=?[^<]|>=?[^>]|=\\s*\\d)|(?:\\+\\+|--)${name}(?![\\w$])`,
  ).test(scope);
}

/** `node = node[key]` somewhere around: the write ends a walk along a path of keys. */
function walksDown(name: string, around: readonly SgNode[]): boolean {
  const owner = escapeText(name);
  const step = new RegExp(`(?<![\\w$.])${owner}\\s*=(?!=)[^;\\n]*(?<![\\w$.])${owner}\\s*\\[(?!\\d|['"\`])`);
  return around.some((scope) => step.test(scope.text()));
}

/** `merge(target[key], value)` beside `target[key] = value`: a copy that goes into objects that are there already. */
function mergesDown(owner: string, key: string, around: readonly SgNode[]): boolean {
  const member = `(?<![\\w$.])${escapeText(owner)}\\s*\\[\\s*${escapeText(key)}\\s*\\]`;
  // Writing into the object whose keys are walked changes what is there and adds nothing.
  const walksOwner = new RegExp(
    `\\bin\\s+${escapeText(owner)}(?![\\w$])|Object\\.\\w+\\(\\s*${escapeText(owner)}\\s*\\)`,
  );
  return around.some((scope) => {
    const text = scope.text();
    if (walksOwner.test(text)) return false;
    const held = new RegExp(`([\\w$]+)\\s*=\\s*${member}`).exec(text)?.[1];
    const passed = held === undefined ? member : `(?:${member}|(?<![\\w$.])${escapeText(held)}(?![\\w$]))`;
    const ownName =
      scope.field('name')?.text() ?? scope.parent()?.field('name')?.text() ?? assignedName(scope);
    const recursion = ownName === undefined ? '' : `|(?<![\\w$])${escapeText(ownName)}\\s*\\([^;]*?${passed}`;
    // A call with one argument asks about the object; one with two may write into it.
    return new RegExp(`(?<![\\w$.])(?!is[A-Z]|has|if\\b)[\\w$.]+\\(\\s*${passed}\\s*,${recursion}`).test(
      text,
    );
  });
}

function assignedName(scope: SgNode): string | undefined {
  return scope.parent()?.field('left')?.text().split('.').at(-1);
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
