import type { SgNode } from '@ast-grep/napi';
import { escapeText, namedFunctionsAround, ownNameOf } from './prototype-scopes.js';
import type { SourceFacts } from './source-facts.js';

/** Signs that a function keeps `__proto__` and `constructor` out; whether the check is right is not judged. */
const GUARD =
  /['"`](?:constructor|prototype)['"`]|is\w*(?:Proto|Unsafe|Safe|Polluted|Forbidden)\w*\(|(?:safe|unsafe)\w*\(|Object\.create\(\s*null\s*\)|defineProperty/i;
/** Enough where only plain objects are walked into: none of them holds a constructor of its own. */
const HALF_GUARD = /['"`]__proto__['"`]/;

/** A check in the named function itself, or in one that it calls and that this source declares. */
export function isGuarded(node: SgNode, facts: SourceFacts, checks: Checks): boolean {
  const scope = namedFunctionsAround(node).at(-1);
  const text = scope?.text() ?? facts.text;
  const own = scope === undefined ? undefined : ownNameOf(scope);
  const isCalled = (name: string) => name !== own && calls(text, name);
  if (GUARD.test(text) || checks.whole.some(isCalled)) return true;
  const goesIntoFunctions = /===?\s*['"]function['"]/.test(facts.text);
  const followsPath = /\.split\(|\.slice\(\s*0\s*,\s*-1/.test(text);
  return (HALF_GUARD.test(text) || checks.half.some(isCalled)) && !goesIntoFunctions && !followsPath;
}

/** The functions of a source that keep names of prototypes out. */
export interface Checks {
  /** Functions that look at `constructor` or `prototype` as well. */
  readonly whole: readonly string[];
  /** Functions that look at `__proto__` alone. */
  readonly half: readonly string[];
}

/** The functions of a source that look at names of prototypes. */
export function readChecks(facts: SourceFacts): Checks {
  if (!facts.text.includes('__proto__')) return { whole: [], half: [] };
  const declared = facts.root.findAll({
    rule: { any: [{ kind: 'function_declaration' }, { kind: 'variable_declarator' }] },
  });
  const isFunction = (node: SgNode) => /=>|function/.test(node.text());
  const functions = declared.filter(isFunction);
  // Two steps: a check is often split into the list of names, the test, and the function that refuses.
  const checksOf = (mark: RegExp) => {
    const lists = declared.filter((node) => !isFunction(node) && mark.test(node.text())).flatMap(nameOf);
    const near = functions
      .filter((node) => mark.test(node.text()) || lists.some((name) => node.text().includes(name)))
      .flatMap(nameOf);
    return [...near, ...namesMentioning(functions, near)];
  };
  return { whole: checksOf(/['"`](?:constructor|prototype)['"`]/), half: checksOf(HALF_GUARD) };
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
