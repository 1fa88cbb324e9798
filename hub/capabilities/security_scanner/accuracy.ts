import type { Finding } from './finding.js';

/** How far a finding may lie from a known line and still count as having found it, in lines. */
export const WITHIN_LINES = 2;

/** A source with known lines: where the weakness is, or where it was before it was mended. */
export interface SecurityCase {
  readonly source: string;
  readonly path: string;
  /** Lines from 1. For a mended source, empty means that any finding in it is a false one. */
  readonly sinkLines: readonly number[];
  readonly vulnerable: boolean;
}

export interface SinkVerdict {
  readonly path: string;
  readonly line: number;
  readonly verdict: 'detected' | 'missed' | 'false-positive';
  /** `engine/rule` of the findings that decided it. */
  readonly rules: readonly string[];
}

/** Accuracy over known cases. What is found elsewhere in a vulnerable source is not judged: nobody labelled it. */
export interface SecurityAccuracy {
  /** Number of known lines in vulnerable sources with a finding near them. */
  readonly detected: number;
  readonly missed: number;
  /** Number of findings near the known lines of mended sources. */
  readonly falsePositives: number;
  /** detected / (detected + falsePositives); 0 when nothing was found. */
  readonly precision: number;
  /** detected / (detected + missed); 0 without a vulnerable case. */
  readonly recall: number;
  readonly withinLines: typeof WITHIN_LINES;
  readonly verdicts: readonly SinkVerdict[];
}

export function judgeFindings(
  securityCase: SecurityCase,
  findings: readonly Finding[],
): readonly SinkVerdict[] {
  const { path, sinkLines, vulnerable } = securityCase;
  if (!vulnerable) {
    return findings
      .filter((finding) => sinkLines.length === 0 || sinkLines.some((line) => isNear(finding, line)))
      .map((finding) => ({
        path,
        line: finding.line,
        verdict: 'false-positive' as const,
        rules: namesOf([finding]),
      }));
  }
  return sinkLines.map((line) => {
    const near = findings.filter((finding) => isNear(finding, line));
    return { path, line, verdict: near.length > 0 ? 'detected' : 'missed', rules: namesOf(near) };
  });
}

export function summariseVerdicts(verdicts: readonly SinkVerdict[]): SecurityAccuracy {
  const count = (wanted: SinkVerdict['verdict']) =>
    verdicts.filter(({ verdict }) => verdict === wanted).length;
  const detected = count('detected');
  const missed = count('missed');
  const falsePositives = count('false-positive');
  return {
    detected,
    missed,
    falsePositives,
    precision: share(detected, falsePositives),
    recall: share(detected, missed),
    withinLines: WITHIN_LINES,
    verdicts,
  };
}

function isNear(finding: Finding, line: number): boolean {
  return Math.abs(finding.line - line) <= WITHIN_LINES;
}

function share(hits: number, others: number): number {
  return hits === 0 ? 0 : hits / (hits + others);
}

function namesOf(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ engine, rule, alsoFoundBy }) =>
    [{ engine, rule }, ...alsoFoundBy].map((found) => `${found.engine}/${found.rule}`),
  );
}
