/** What became of a configuration that the plugin was to be added to. */
export type ConfigEdit =
  | { readonly outcome: 'edited'; readonly text: string }
  | { readonly outcome: 'present' }
  | { readonly outcome: 'refused'; readonly reason: string };

/** A node of the syntax tree (ESTree); positions count UTF-16 units. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

const pluginModule = 'vitest-realworld/plugin';

/**
 * Adds the plugin to the text of a Vite or Vitest configuration, and changes nothing else of it.
 *
 * @param parse gives the syntax tree of a module; throws for what it cannot read
 * @param call the plugin's arguments, as they are written
 */
export function addPlugin(text: string, parse: (text: string) => unknown, call: string): ConfigEdit {
  let program: Node;
  try {
    program = parse(text) as Node;
  } catch {
    return refuse('it cannot be read as a module');
  }
  const body = listOf(program.body);
  const imports = body.filter(({ type }) => type === 'ImportDeclaration');
  if (imports.some((node) => nodeOf(node.source)?.value === pluginModule)) return { outcome: 'present' };
  const object = findConfigObject(body);
  if (object === null) return refuse('what it exports is not an object that is written out');
  const name = /\brealWorld\b/.test(text) ? 'realWorldPlugin' : 'realWorld';
  const change = insertPlugin(text, object, `${name}(${call})`);
  if (change === null) return refuse('its options are put together from others');
  // From the end to the beginning, so that positions stay right.
  const edited = insertImport(applyChange(text, change), imports, body, name);
  try {
    parse(edited);
  } catch {
    return refuse('the line could not be added to it');
  }
  return { outcome: 'edited', text: edited };
}

function refuse(reason: string): ConfigEdit {
  return { outcome: 'refused', reason };
}

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function applyChange(text: string, change: Change): string {
  return text.slice(0, change.start) + change.text + text.slice(change.end);
}

/** The object that a configuration exports, through `defineConfig`, `mergeConfig`, functions, variables and types. */
function findConfigObject(body: readonly Node[]): Node | null {
  const exported = body.find(({ type }) => type === 'ExportDefaultDeclaration');
  return exported === undefined ? null : resolveObject(nodeOf(exported.declaration), body, 8);
}

/** @param depth how many steps are followed at most */
function resolveObject(node: Node | null, body: readonly Node[], depth: number): Node | null {
  if (node === null || depth === 0) return null;
  const follow = (next: unknown): Node | null => resolveObject(nodeOf(next), body, depth - 1);
  switch (node.type) {
    case 'ObjectExpression':
      return node;
    case 'TSSatisfiesExpression':
    case 'TSAsExpression':
    case 'ParenthesizedExpression':
    case 'AwaitExpression':
      return follow(node.expression ?? node.argument);
    case 'CallExpression': {
      const callee = nodeOf(node.callee)?.name;
      if (callee === 'defineConfig' || callee === 'mergeConfig') return follow(listOf(node.arguments).at(-1));
      return null;
    }
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
      return follow(returnedFrom(nodeOf(node.body)));
    case 'Identifier':
      return follow(initialValue(String(node.name), body));
    default:
      return null;
  }
}

/** What a function returns, when there is one `return` and it is its own. */
function returnedFrom(body: Node | null): Node | null {
  if (body === null || body.type !== 'BlockStatement') return body;
  const statements = listOf(body.body);
  const returns = statements.filter(({ type }) => type === 'ReturnStatement');
  const branches = statements.some(({ type }) => /^(?:If|Switch|Try|For|While|DoWhile)/.test(type));
  return returns.length === 1 && !branches ? nodeOf(returns[0]?.argument) : null;
}

function initialValue(name: string, body: readonly Node[]): Node | null {
  for (const statement of body) {
    for (const declared of listOf(statement.declarations)) {
      if (nodeOf(declared.id)?.name === name) return nodeOf(declared.init);
    }
  }
  return null;
}

function insertPlugin(text: string, object: Node, call: string): Change | null {
  const properties = listOf(object.properties);
  const plugins = properties.find(
    ({ key, computed }) => computed !== true && (nodeOf(key)?.name ?? nodeOf(key)?.value) === 'plugins',
  );
  if (plugins === undefined) {
    // What is spread may bring plugins of its own, or take these away.
    if (properties.some(({ type }) => type === 'SpreadElement')) return null;
    return insertProperty(text, object, properties, `plugins: [${call}],`);
  }
  const value = nodeOf(plugins.value);
  if (value === null || plugins.method === true) return null;
  if (value.type !== 'ArrayExpression') {
    const written = text.slice(value.start, value.end);
    const list = `[${written}, ${call}]`;
    // Vite takes lists in lists.
    return plugins.shorthand === true
      ? { start: plugins.start, end: plugins.end, text: `plugins: ${list}` }
      : { start: value.start, end: value.end, text: list };
  }
  const last = listOf(value.elements).at(-1);
  if (last === undefined) return { start: value.start, end: value.end, text: `[${call}]` };
  const before = text.slice(value.start, last.start);
  const line = /\n[ \t]*$/.exec(before)?.[0];
  return { start: last.end, end: last.end, text: `,${line ?? ' '}${call}` };
}

function insertProperty(text: string, object: Node, properties: readonly Node[], written: string): Change {
  const [first] = properties;
  const at = object.start + 1;
  if (first === undefined)
    return { start: object.start, end: object.end, text: `{ ${written.slice(0, -1)} }` };
  const gap = text.slice(at, first.start);
  const line = /\n[ \t]*$/.exec(gap)?.[0];
  return { start: at, end: at, text: `${line ?? ' '}${written}` };
}

function insertImport(text: string, imports: readonly Node[], body: readonly Node[], name: string): string {
  const last = imports.at(-1);
  const written = last === undefined ? '' : text.slice(last.start, last.end);
  const quote = written.includes('"') ? '"' : "'";
  const end = last === undefined || written.endsWith(';') ? ';' : '';
  const binding = name === 'realWorld' ? name : `realWorld as ${name}`;
  const line = `import { ${binding} } from ${quote}${pluginModule}${quote}${end}`;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (last !== undefined) return `${text.slice(0, last.end)}${newline}${line}${text.slice(last.end)}`;
  const first = body[0]?.start ?? 0;
  return `${text.slice(0, first)}${line}${newline}${text.slice(first)}`;
}

function nodeOf(value: unknown): Node | null {
  return typeof value === 'object' && value !== null && 'type' in value ? (value as Node) : null;
}

function listOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.flatMap((element) => nodeOf(element) ?? []) : [];
}
