export type Severity = 'critical' | 'high' | 'medium' | 'low';

export type EngineName =
  | 'patterns'
  | 'eslint-plugin-security'
  | 'eslint-plugin-sonarjs'
  | 'secretlint'
  | 'formats';

/** One weakness in one place. Lines and columns begin at 1. */
export interface Finding {
  /** The rule's name within its engine. */
  readonly rule: string;
  /** Number in the Common Weakness Enumeration, such as `CWE-78`. */
  readonly cwe: string;
  readonly severity: Severity;
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly engine: EngineName;
  /** Other rules that reported the same weakness on the same line, in this engine or another. */
  readonly alsoFoundBy: readonly { readonly engine: EngineName; readonly rule: string }[];
}

export interface RuleDescription {
  readonly engine: EngineName;
  readonly rule: string;
  readonly cwe: string;
  readonly severity: Severity;
  readonly enabled: boolean;
}

const severityRank: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/**
 * Joins findings of one weakness on one line of one file: the first keeps its message, the others' rules are listed in
 * `alsoFoundBy`, the highest severity stands. Sorted by path, line and weakness.
 */
export function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const finding of findings) {
    const place = `${finding.path}\n${finding.line}\n${finding.cwe}`;
    const first = byPlace.get(place);
    byPlace.set(place, first === undefined ? finding : join(first, finding));
  }
  return [...byPlace.values()].sort(
    (a, b) => compareText(a.path, b.path) || a.line - b.line || compareText(a.cwe, b.cwe),
  );
}

function join(first: Finding, second: Finding): Finding {
  const isKnown = [first, ...first.alsoFoundBy].some(
    ({ engine, rule }) => engine === second.engine && rule === second.rule,
  );
  return {
    ...first,
    severity: severityRank[second.severity] < severityRank[first.severity] ? second.severity : first.severity,
    endLine: Math.max(first.endLine, second.endLine),
    alsoFoundBy: isKnown
      ? first.alsoFoundBy
      : [...first.alsoFoundBy, { engine: second.engine, rule: second.rule }],
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
