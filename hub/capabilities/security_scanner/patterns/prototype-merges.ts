import type { SgNode } from '@ast-grep/napi';
import { unwrap } from './expressions.js';
import { escapeText, isOpenKey, namedFunctionsAround, ownNameOf } from './prototype-scopes.js';
import type { SourceFacts } from './source-facts.js';

/** `merge(target[key], value)` within `merge` itself: the copy goes on inside an object that is there already. */
export function mergesInto(facts: SourceFacts): readonly SgNode[] {
  return facts.root.findAll({ rule: { kind: 'call_expression' } }).filter((call) => {
    const [target, value] = (call.field('arguments')?.namedChildren() ?? []).filter(
      (arg) => !arg.is('comment'),
    );
    if (target === undefined || value === undefined || !canBeMember(target)) return false;
    const own = namedFunctionsAround(call).at(-1);
    const name = own === undefined ? undefined : ownNameOf(own);
    const callee = call.field('function')?.text().split('.').at(-1);
    if (own === undefined || name === undefined || callee === undefined) return false;
    if (callee !== name && !mergesThrough(callee, name, facts)) return false;
    const scope = own.text();
    return readsOpenMember(target, scope) && readsOpenMember(value, scope) && walksKeys(own, facts);
  });
}

function canBeMember(node: SgNode): boolean {
  return node.is('identifier') || node.is('subscript_expression');
}

/** `copy` is passed to a walker of keys by the function that it calls again. */
function mergesThrough(callee: string, name: string, facts: SourceFacts): boolean {
  if (!facts.text.includes(`function ${callee}(`)) return false;
  return new RegExp(
    `function\\s+${escapeText(callee)}\\s*\\([\\s\\S]{0,600}\\(\\s*[\\w$.]+\\s*,\\s*${escapeText(name)}\\s*[,)]`,
  ).test(facts.text);
}

/** `target[key]`, or a name that holds one. */
function readsOpenMember(node: SgNode, scope: string): boolean {
  const inner = unwrap(node);
  const key = inner.is('subscript_expression') ? inner.field('index') : null;
  if (key !== null) return isOpenKey(key, scope);
  if (!inner.is('identifier')) return false;
  const name = escapeText(inner.text());
  const isHeld = new RegExp(`(?<![\\w$.])${name}\\s*=\\s*[\\w$.]+\\[\\s*[a-zA-Z_$][\\w$]*\\s*\\]`).test(
    scope,
  );
  return isHeld || new RegExp(`\\(\\s*${name}\\s*,\\s*(?:key|name|prop|k|p)\\s*[,)]`).test(scope);
}

function walksKeys(own: SgNode, facts: SourceFacts): boolean {
  const walk = /\bfor\s*\(\s*(?:(?:var|let|const)\s+)?[\w$]+\s+in\b|Object\.keys\(|\bkeys\(|forOwn\(|forIn\(/;
  return (
    walk.test(own.text()) ||
    (/\(\s*[\w$]+\s*,\s*(?:key|name|prop|k|p)\s*[,)]/.test(own.text()) && walk.test(facts.text))
  );
}

/** `result[name] = value` into `{}`, where the name is decoded out of text. */
export function writesNamesFromText(facts: SourceFacts): readonly SgNode[] {
  if (!/decodeURIComponent|\bmatch\b|\.exec\(/.test(facts.text)) return [];
  const nodes = facts.root.findAll({
    rule: { kind: 'assignment_expression', has: { field: 'left', kind: 'subscript_expression' } },
  });
  return nodes.filter((node) => {
    const object = node.field('left')?.field('object');
    const key = node.field('left')?.field('index');
    if (!object?.is('identifier') || !key) return false;
    const scope = namedFunctionsAround(node).at(-1)?.text() ?? facts.text;
    const isPlain = new RegExp(`(?<![\\w$.])${escapeText(object.text())}\\s*=\\s*\\{\\s*\\}`).test(scope);
    if (!isPlain) return false;
    if (/decodeURIComponent\(/.test(key.text())) return true;
    if (!key.is('identifier')) return false;
    const name = `(?<![\\w$.])${escapeText(key.text())}\\s*=\\s*`;
    if (new RegExp(`${name}decode\\w*\\(`).test(scope)) return true;
    // A section of its own: what follows is written into the object that the name leads to.
    const leadsOn = new RegExp(
      `[\\w$]+\\s*=\\s*${escapeText(object.text())}\\[\\s*${escapeText(key.text())}\\s*\\]`,
    );
    return leadsOn.test(scope) && new RegExp(`${name}(?:\\w+\\()?\\s*m(?:atch\\w*)?\\[\\d`).test(scope);
  });
}
