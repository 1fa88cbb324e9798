import type { SgNode } from '@ast-grep/napi';
import { unwrap } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import { isGuarded, readChecks } from './prototype-guards.js';
import { mergesInto, writesNamesFromText } from './prototype-merges.js';
import { escapeText, isOpenKey, namedFunctionsAround, ownNameOf } from './prototype-scopes.js';
import type { SourceFacts } from './source-facts.js';

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
      const writes = facts.root
        .findAll({
          rule: { kind: 'assignment_expression', has: { field: 'left', kind: 'subscript_expression' } },
        })
        .filter((node) => canReachPrototype(node, facts));
      return [...writes, ...mergesInto(facts), ...writesNamesFromText(facts)].filter(
        (node) => !isGuarded(node, facts, checks),
      );
    },
  },
];

function canReachPrototype(assignment: SgNode, facts: SourceFacts): boolean {
  const target = assignment.field('left');
  const object = target?.field('object');
  const key = target?.field('index');
  if (!object || !key) return false;
  const around = namedFunctionsAround(assignment);
  const outer = around.at(-1)?.text() ?? facts.text;
  if (!isOpenKey(key, outer)) return false;
  const owner = unwrap(object);
  if (owner.is('subscript_expression')) {
    const ownerKey = owner.field('index');
    return ownerKey !== null && isOpenKey(ownerKey, outer);
  }
  if (!owner.is('identifier') && !owner.is('this')) return false;
  return (
    walksDown(owner.text(), around) ||
    mergesDown(owner.text(), key.text(), around) ||
    endsPath(owner.text(), key.text(), outer)
  );
}

/** `node = node[key]` somewhere around: the write ends a walk along a path of keys. */
function walksDown(name: string, around: readonly SgNode[]): boolean {
  const owner = escapeText(name);
  const step = new RegExp(`(?<![\\w$.])${owner}\\s*=(?!=)[^;\\n]*(?<![\\w$.])${owner}\\s*\\[(?!\\d|['"\`])`);
  return around.some((scope) => step.test(scope.text()));
}

/** `node[path.pop()] = value`: what was walked along the rest of the path may be a prototype. */
function endsPath(owner: string, key: string, scope: string): boolean {
  const name = escapeText(key);
  const isLast = new RegExp(
    `(?<![\\w$.])${name}\\s*=\\s*[^;\\n]{0,80}\\.pop\\(\\)|(?<![\\w$.])${name}\\s*=\\s*([\\w$]+)\\[\\s*\\1\\.length\\s*-\\s*1\\s*\\]`,
  );
  const isNew = new RegExp(`(?:var|let|const)\\s+${escapeText(owner)}\\s*=\\s*\\{`);
  return isLast.test(scope) && !isNew.test(scope) && /\bsplit\(|\bpath\b/.test(scope);
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
    const held = namesHolding(member, text).map((name) => `(?<![\\w$.])${escapeText(name)}(?![\\w$])`);
    const passed = `(?:${[member, ...held].join('|')})`;
    const ownName = ownNameOf(scope);
    const recursion = ownName === undefined ? '' : `|(?<![\\w$])${escapeText(ownName)}\\s*\\([^;]*?${passed}`;
    // A call with one argument asks about the object; one with two may write into it.
    return new RegExp(`(?<![\\w$.])(?!is[A-Z]|has|if\\b)[\\w$.]+\\(\\s*${passed}\\s*,${recursion}`).test(
      text,
    );
  });
}

/** The names that a member is assigned to, and those that take it over: `old = a[key]`, then `base = isObject(old) ? old : {}`. */
function namesHolding(member: string, text: string): readonly string[] {
  const first = new RegExp(`([\\w$]+)\\s*=\\s*${member}`).exec(text)?.[1];
  if (first === undefined) return [];
  const next = new RegExp(`([\\w$]+)\\s*=\\s*[^=;\\n]*\\?\\s*${escapeText(first)}\\s*:`).exec(text)?.[1];
  return next === undefined ? [first] : [first, next];
}
