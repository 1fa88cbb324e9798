import { CapabilityError } from '../../errors.js';

export interface SqlToken {
  readonly kind: 'name' | 'string' | 'number' | 'parameter' | 'symbol';
  /** Of a name without its quotes. */
  readonly text: string;
}

const pattern =
  /--[^\n]*|\/\*[\s\S]*?\*\/|(?<string>'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])|(?<parameter>\?\d*|[:@$][\p{L}_][\p{L}\p{N}_]*)|(?<name>[\p{L}_][\p{L}\p{N}_$]*)|(?<number>\d[\d.]*(?:e[+-]?\d+)?)|(?<symbol><=|>=|<>|!=|==|\|\||[^\s])/giu;

/** The words of a statement without comments. */
export function tokeniseSql(sql: string): readonly SqlToken[] {
  return [...sql.matchAll(pattern)].flatMap(({ groups = {} }): SqlToken[] => {
    const { string, quoted, parameter, name, number, symbol } = groups;
    if (string !== undefined) return [{ kind: 'string', text: string }];
    if (quoted !== undefined) return [{ kind: 'name', text: quoted.slice(1, -1) }];
    if (parameter !== undefined) return [{ kind: 'parameter', text: parameter }];
    if (name !== undefined) return [{ kind: 'name', text: name }];
    if (number !== undefined) return [{ kind: 'number', text: number }];
    return symbol === undefined ? [] : [{ kind: 'symbol', text: symbol }];
  });
}

const allowed = ['select', 'with', 'values', 'insert', 'update', 'delete', 'replace'];

/**
 * Refuses statements that do anything but read or change rows: they could reach other files.
 *
 * @throws CapabilityError BAD_INPUT
 */
export function refuseOtherStatements(sql: string): void {
  const first = tokeniseSql(sql)[0]?.text.toLowerCase() ?? '';
  if (allowed.includes(first)) return;
  throw new CapabilityError(
    'BAD_INPUT',
    `A statement begins with "${first}". Give one that begins with ${allowed.join(', ')}.`,
  );
}

/** NULL for every parameter of a statement, as better-sqlite3 takes them; undefined without parameters. */
export function nullParameters(sql: string): unknown[] {
  const names = tokeniseSql(sql)
    .filter(({ kind }) => kind === 'parameter')
    .map(({ text }) => text);
  const named = names.filter((name) => !name.startsWith('?')).map((name) => [name.slice(1), null]);
  const numbered = names.map((name) => Number(/^\?(\d+)$/.exec(name)?.[1] ?? 0));
  const anonymous = names.filter((name) => name === '?').length;
  const positional = new Array<null>(Math.max(anonymous, ...numbered, 0)).fill(null);
  return [
    ...(positional.length > 0 ? [positional] : []),
    ...(named.length > 0 ? [Object.fromEntries(named)] : []),
  ];
}
