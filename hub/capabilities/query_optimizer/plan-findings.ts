/** A step of a plan with the steps below it. */
export interface PlanStep {
  /** As the database words it. */
  readonly detail: string;
  readonly children: readonly PlanStep[];
}

/** A part of a plan that costs more than it could. */
export interface PlanFinding {
  readonly kind: 'full-scan' | 'temp-b-tree' | 'automatic-index' | 'correlated-subquery' | 'sort';
  readonly detail: string;
  /** The table that is meant, where there is one. */
  readonly table?: string;
  /** Rows of that table. */
  readonly rows?: number;
  readonly message: string;
}

/** Rows of a table by its name or alias in the statement; undefined for what is no table. */
export type FindTable = (name: string) => { readonly table: string; readonly rows: number } | undefined;

/** What stands out in a plan of SQLite. */
export function findInPlan(steps: readonly PlanStep[], findTable: FindTable): readonly PlanFinding[] {
  return steps.flatMap(({ detail, children }) => [
    ...judgeStep(detail, findTable),
    ...findInPlan(children, findTable),
  ]);
}

function judgeStep(detail: string, findTable: FindTable): PlanFinding[] {
  const scan = /^SCAN (\S+)(?! USING| VIRTUAL)(?: LEFT-JOIN)?$/.exec(detail);
  if (scan !== null) {
    const found = findTable(scan[1] ?? '');
    if (found === undefined) return [];
    const message = `All ${found.rows} rows of ${found.table} are read.`;
    return [{ kind: 'full-scan', detail, ...found, message }];
  }
  const purpose = /^USE TEMP B-TREE FOR (.+)$/.exec(detail)?.[1];
  if (purpose !== undefined) {
    return [{ kind: 'temp-b-tree', detail, message: `A tree is built in every run for ${purpose}.` }];
  }
  const automatic = /^SEARCH (\S+) USING AUTOMATIC/.exec(detail)?.[1];
  if (automatic !== undefined) {
    const found = findTable(automatic);
    const message = `SQLite builds an index of ${found?.table ?? automatic} in every run.`;
    return [{ kind: 'automatic-index', detail, ...found, message }];
  }
  if (/^CORRELATED /.test(detail)) {
    return [
      { kind: 'correlated-subquery', detail, message: 'A query is run again for every row around it.' },
    ];
  }
  return [];
}
