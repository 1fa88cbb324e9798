import { type SqlToken, tokeniseSql } from './sql-tokens.js';

/** A table with its columns. */
export interface TableShape {
  readonly table: string;
  readonly columns: readonly string[];
}

/** An index that could help a statement. */
export interface CandidateIndex {
  readonly table: string;
  readonly columns: readonly string[];
}

const candidatesMax = 24;
const equality = new Set(['=', '==', 'in', 'is']);
const range = new Set(['<', '>', '<=', '>=', 'between', 'like']);

/**
 * Indexes over the columns that a statement compares, sorts or groups by: each alone, an equality followed by another compared or
 * sorted column, and all equalities together. Names are matched without resolving scopes; whether an index helps is not decided
 * here but by the database.
 */
export function findCandidates(sql: string, tables: readonly TableShape[]): readonly CandidateIndex[] {
  const tokens = tokeniseSql(sql);
  const names = new Set(tokens.filter(({ kind }) => kind === 'name').map(({ text }) => text.toLowerCase()));
  const candidates = tables
    .filter(({ table }) => names.has(table.toLowerCase()))
    .flatMap((shape) => candidatesOfTable(tokens, shape));
  const distinct = new Map(candidates.map((one) => [`${one.table} ${one.columns.join()}`, one]));
  return [...distinct.values()].slice(0, candidatesMax);
}

/** The statement that makes an index; names are quoted. */
export function createIndexSql({ table, columns }: CandidateIndex): string {
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
  return `CREATE INDEX ${quote(indexName({ table, columns }))} ON ${quote(table)} (${columns.map(quote).join(', ')})`;
}

export function indexName({ table, columns }: CandidateIndex): string {
  return `advised_${[table, ...columns].join('_')}`;
}

function candidatesOfTable(tokens: readonly SqlToken[], { table, columns }: TableShape): CandidateIndex[] {
  const equal = new Set<string>();
  const ranged = new Set<string>();
  const ordered = new Set<string>();
  let clause = '';
  for (const [at, token] of tokens.entries()) {
    const word = token.text.toLowerCase();
    if (token.kind === 'name' && /^(?:select|from|where|on|having|order|group|set|limit|join)$/.test(word))
      clause = word;
    const column = columns.find((name) => token.kind === 'name' && name.toLowerCase() === word);
    if (column === undefined) continue;
    const after = tokens[at + 1]?.text.toLowerCase() ?? '';
    const before = tokens[at - (tokens[at - 1]?.text === '.' ? 3 : 1)]?.text.toLowerCase() ?? '';
    if (clause === 'order' || clause === 'group') ordered.add(column);
    else if (clause === 'set') continue;
    else if (equality.has(after) || equality.has(before)) equal.add(column);
    else if (range.has(after) || range.has(before)) ranged.add(column);
  }
  const compared = [...equal, ...[...ranged].filter((name) => !equal.has(name))];
  const following = [...new Set([...compared, ...ordered])];
  const lists = [
    ...[...equal].map((column) => [column]),
    ...(equal.size > 2 ? [[...equal]] : []),
    ...[...equal].flatMap((first) => following.filter((name) => name !== first).map((name) => [first, name])),
    ...following.filter((name) => !equal.has(name)).map((column) => [column]),
    ...(ordered.size > 1 ? [[...ordered]] : []),
    ...(equal.size > 0 && ordered.size > 1 ? [[...new Set([...equal, ...ordered])]] : []),
  ];
  return lists.map((list) => ({ table, columns: list }));
}
