import type { PlanFinding, PlanStep } from './plan-findings.js';

/** A node of a plan as PostgreSQL gives it in JSON. */
export interface PostgresNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Sort Key'?: readonly string[];
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly PostgresNode[];
}

/** A node with those below it, in words. */
export function toPlanStep(node: PostgresNode): PlanStep {
  return { detail: describe(node), children: (node.Plans ?? []).map(toPlanStep) };
}

/** What stands out in a plan of PostgreSQL. @param rowCounts rows of the tables, as ANALYZE estimates them */
export function findInPostgresPlan(
  node: PostgresNode,
  rowCounts: ReadonlyMap<string, number>,
): readonly PlanFinding[] {
  return [
    ...judgeNode(node, rowCounts),
    ...(node.Plans ?? []).flatMap((below) => findInPostgresPlan(below, rowCounts)),
  ];
}

function judgeNode(node: PostgresNode, rowCounts: ReadonlyMap<string, number>): PlanFinding[] {
  const detail = describe(node);
  const table = node['Relation Name'];
  if (node['Node Type'] === 'Seq Scan' && table !== undefined) {
    const rows = rowCounts.get(table) ?? 0;
    return [{ kind: 'full-scan', detail, table, rows, message: `All ${rows} rows of ${table} are read.` }];
  }
  if (/^(?:Incremental )?Sort$/.test(node['Node Type'])) {
    return [
      { kind: 'sort', detail, message: `Rows are sorted in every run by ${node['Sort Key']?.join(', ')}.` },
    ];
  }
  return [];
}

function describe(node: PostgresNode): string {
  const { 'Node Type': type, 'Relation Name': table, 'Index Name': index } = node;
  return [
    type,
    ...(index === undefined ? [] : ['using', index]),
    ...(table === undefined ? [] : ['on', table]),
  ].join(' ');
}
