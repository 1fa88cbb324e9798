import type { KnownSink, VulnerablePackage } from './vulnerable-packages.js';

/** How far a finding may lie from a known line, in lines. */
export const WITHIN_LINES = 2;

interface FoundRule {
  readonly engine: string;
  readonly rule: string;
}

/** The part of a finding that is scored. */
export interface ScoredFinding extends FoundRule {
  readonly line: number;
  readonly alsoFoundBy: readonly FoundRule[];
}

export interface JudgedSink {
  readonly name: string;
  readonly cwe: string;
  readonly heldOut: boolean;
  /** Engines with a finding near the line in the vulnerable version. */
  readonly foundBy: readonly string[];
  /** Engines with a finding near the line in the mended version; undefined where there is none. */
  readonly stillFoundBy?: readonly string[];
  /** The hand's verdict on the latter; unjudged for a finding that was not there when they were looked at. */
  readonly inFixed?: 'still-dangerous' | 'false-alarm' | 'unjudged';
}

export interface SinkCounts {
  readonly sinks: number;
  readonly found: number;
  /** Number of sinks that have a mended line. */
  readonly mended: number;
  /** Findings at mended lines that are no weakness any more, unjudged ones among them. */
  readonly falseAlarms: number;
  readonly stillDangerous: number;
}

export function judgeSink(
  owner: VulnerablePackage,
  sink: KnownSink,
  inVulnerable: readonly ScoredFinding[],
  inFixed: readonly ScoredFinding[] | undefined,
): JudgedSink {
  const base = {
    name: owner.name,
    cwe: owner.cwe,
    heldOut: owner.heldOut,
    foundBy: enginesNear(inVulnerable, sink.line),
  };
  if (sink.fixedLine === undefined || inFixed === undefined) return base;
  const stillFoundBy = enginesNear(inFixed, sink.fixedLine);
  if (stillFoundBy.length === 0) return { ...base, stillFoundBy };
  return { ...base, stillFoundBy, inFixed: sink.inFixed?.verdict ?? 'unjudged' };
}

/** Counts for one engine, or for all together. */
export function countSinks(judged: readonly JudgedSink[], engine?: string): SinkCounts {
  const isBy = (engines: readonly string[] | undefined) =>
    engines !== undefined && (engine === undefined ? engines.length > 0 : engines.includes(engine));
  const again = judged.filter(({ stillFoundBy }) => isBy(stillFoundBy));
  const stillDangerous = again.filter(({ inFixed }) => inFixed === 'still-dangerous').length;
  return {
    sinks: judged.length,
    found: judged.filter(({ foundBy }) => isBy(foundBy)).length,
    mended: judged.filter(({ stillFoundBy }) => stillFoundBy !== undefined).length,
    falseAlarms: again.length - stillDangerous,
    stillDangerous,
  };
}

function enginesNear(findings: readonly ScoredFinding[], line: number): readonly string[] {
  const near = findings.filter((finding) => Math.abs(finding.line - line) <= WITHIN_LINES);
  return [
    ...new Set(near.flatMap(({ engine, alsoFoundBy }) => [engine, ...alsoFoundBy.map((by) => by.engine)])),
  ];
}
