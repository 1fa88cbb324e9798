import type { SgNode } from '@ast-grep/napi';

/** What a local name stands for: a module as a whole, or one export of it. */
export interface ModuleBinding {
  /** The module without its `node:` prefix. */
  readonly module: string;
  readonly member?: string;
}

export type ModuleBindings = ReadonlyMap<string, ModuleBinding>;

const REQUIRED = /require\(\s*['"](?:node:)?([^'"]+)['"]\s*\)(?:\.([\w$]+))?/;
const LISTED_NAME = /^(?:type\s+)?([\w$]+)(?:\s*(?::|\bas\b)\s*([\w$]+))?/;

/**
 * Reads which local names stand for modules, from import statements, require calls and `promisify` of either.
 * Only names bound at their declaration are known; scopes are not told apart.
 */
export function readModuleBindings(root: SgNode): ModuleBindings {
  const bindings = new Map<string, ModuleBinding>();
  for (const statement of root.findAll({ rule: { kind: 'import_statement' } })) {
    readImport(statement.text(), bindings);
  }
  const declared = {
    kind: 'variable_declarator',
    has: { field: 'value', regex: 'require\\(|promisify\\(|[.]' },
  };
  for (const declarator of root.findAll({ rule: declared })) {
    const name = declarator.field('name')?.text();
    const value = declarator.field('value')?.text();
    if (name !== undefined && value !== undefined && value.length < 200) readValue(name, value, bindings);
  }
  return bindings;
}

/** The binding of a called expression: `exec`, `cp.exec`, `require('child_process').exec`. */
export function bindingOf(callee: string, bindings: ModuleBindings): ModuleBinding | undefined {
  const required = REQUIRED.exec(callee);
  if (required !== null && required.index === 0) return binding(required[1] ?? '', required[2]);
  const [first = '', ...members] = callee.split(/\s*\??\.\s*/);
  const bound = bindings.get(first);
  if (bound === undefined || members.length === 0) return bound;
  const own = members.filter((member) => member !== 'default' && member !== 'promises').at(-1);
  return binding(bound.module, own ?? bound.member);
}

function readImport(text: string, bindings: Map<string, ModuleBinding>): void {
  const parts = /^import\s+(?:type\s+)?([\s\S]*?)\s*from\s*['"](?:node:)?([^'"]+)['"]/.exec(text);
  const [, clause = '', module = ''] = parts ?? [];
  if (module === '') return;
  const listed = /\{([\s\S]*)\}/.exec(clause);
  readListedNames(listed?.[1] ?? '', module, bindings);
  const whole = /\*\s*as\s+([\w$]+)/.exec(clause)?.[1] ?? /^([\w$]+)/.exec(clause)?.[1];
  if (whole !== undefined) bindings.set(whole, { module });
}

function readValue(name: string, value: string, bindings: Map<string, ModuleBinding>): void {
  const inner = /promisify\(\s*([\s\S]+?)\s*\)$/.exec(value)?.[1] ?? value;
  const found = REQUIRED.test(inner)
    ? bindingFromRequire(inner)
    : /^[\w$.]+$/.test(inner)
      ? bindingOf(inner, bindings)
      : undefined;
  if (found === undefined) return;
  if (name.startsWith('{')) readListedNames(name.slice(1, -1), found.module, bindings);
  else bindings.set(name, found);
}

function bindingFromRequire(text: string): ModuleBinding | undefined {
  const required = REQUIRED.exec(text);
  return required === null || required.index > 'promisify('.length + 8
    ? undefined
    : binding(required[1] ?? '', required[2]);
}

function readListedNames(list: string, module: string, bindings: Map<string, ModuleBinding>): void {
  for (const part of list.split(',')) {
    const [, member, local] = LISTED_NAME.exec(part.trim()) ?? [];
    if (member !== undefined) bindings.set(local ?? member, { module, member });
  }
}

function binding(module: string, member: string | undefined): ModuleBinding {
  return member === undefined ? { module } : { module, member };
}
