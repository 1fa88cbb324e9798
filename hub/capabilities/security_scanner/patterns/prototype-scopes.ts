import type { SgNode } from '@ast-grep/napi';
import { functionsAround, isLiteral, unwrap } from './expressions.js';

/** The functions around a node up to the innermost that has a name: callbacks belong to the function that passes them. */
export function namedFunctionsAround(node: SgNode): readonly SgNode[] {
  const around = functionsAround(node);
  const named = around.findIndex((scope) => ownNameOf(scope) !== undefined);
  return named < 0 ? around : around.slice(0, named + 1);
}

/** The name that a function has, or that of the variable, property or member that holds it. */
export function ownNameOf(scope: SgNode): string | undefined {
  return (
    scope.field('name')?.text() ??
    scope.parent()?.field('name')?.text() ??
    scope.parent()?.field('key')?.text() ??
    assignedName(scope)
  );
}

/** A key that may be any text: no literal, and no name the function counts with. */
export function isOpenKey(key: SgNode, scope: string): boolean {
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

function assignedName(scope: SgNode): string | undefined {
  return scope.parent()?.field('left')?.text().split('.').at(-1);
}

/** The text for use within a regular expression. */
export function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
