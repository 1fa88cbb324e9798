import type { Alert, GateCondition, GateVerdict, RunLimits } from '../../gate.js';
import type { SessionFacts, SessionReport, Severity } from '../../model.js';
import { judgeLimits } from './judge-limits.js';
import { mergeFigures } from './merge-figures.js';

/** What a session is held to. */
export interface GateSettings extends RunLimits {
  readonly mode: 'report' | 'fail';
  /** Of 100. */
  readonly scoreMin: number;
  readonly criticalIssuesMax: number;
  /** Limits of single capabilities, by name. */
  readonly capabilities: Readonly<Record<string, RunLimits>>;
}

/** Limits that scenarios gave themselves. */
export type ScenarioGates = ReadonlyMap<string, RunLimits>;

type Figures = Pick<SessionFacts, 'methods' | 'scenarioMethods' | 'windowMs'>;

/**
 * Holds a session to its gate: the customer's four alert conditions and limits by capability and scenario. A capability with limits
 * that no scenario called is inconclusive.
 */
export function judgeGate(
  report: SessionReport,
  figures: Figures,
  settings: GateSettings,
  scenarioGates: ScenarioGates,
): GateVerdict {
  const conditions = [
    judgeScore(report, settings.scoreMin),
    judgeCriticalIssues(report, settings.criticalIssuesMax),
    ...judgeCalls('session', figures.methods, settings, figures),
    ...Object.entries(settings.capabilities).flatMap(([name, limits]) =>
      judgeCalls(
        `capability ${name}`,
        figures.methods.filter(({ capability }) => capability === name),
        { minSamples: settings.minSamples, ...limits },
        figures,
      ),
    ),
    ...[...scenarioGates].flatMap(([taskId, limits]) =>
      judgeCalls(
        `scenario "${report.scenarios.find((scenario) => scenario.taskId === taskId)?.name ?? taskId}"`,
        figures.scenarioMethods.filter((method) => method.taskId === taskId),
        { minSamples: settings.minSamples, ...limits },
        figures,
      ),
    ),
  ];
  return {
    mode: settings.mode,
    verdict: summarize(conditions),
    conditions,
    alerts: conditions.filter(({ verdict }) => verdict === 'broken').map(alertOf),
  };
}

function summarize(conditions: readonly GateCondition[]): GateVerdict['verdict'] {
  if (conditions.some(({ verdict }) => verdict === 'broken')) return 'failed';
  return conditions.every(({ verdict }) => verdict === 'met') ? 'passed' : 'inconclusive';
}

function judgeCalls(
  subject: string,
  methods: SessionFacts['methods'],
  limits: RunLimits,
  { windowMs }: Figures,
): readonly GateCondition[] {
  return judgeLimits(subject, mergeFigures(methods, windowMs) ?? noCalls, limits);
}

const noCalls = {
  calls: 0,
  errors: 0,
  errorsUnderFault: 0,
  latency: { count: 0, atRank: () => 0, countUpTo: () => 0 },
  meanMs: 0,
  maxMs: 0,
  cpuTimeMs: null,
  spanMs: null,
} as const;

function judgeScore({ score, totals }: SessionReport, scoreMin: number): GateCondition {
  const value = score?.total ?? null;
  const statement =
    value === null
      ? `score: wanted at least ${scoreMin}; no call was measured`
      : `score: ${value.toFixed(1)} of 100, wanted at least ${scoreMin}`;
  return {
    subject: 'session',
    name: 'score',
    limit: scoreMin,
    value,
    low: null,
    high: null,
    samples: totals.activities,
    verdict: value === null ? 'inconclusive' : value >= scoreMin ? 'met' : 'broken',
    statement,
  };
}

function judgeCriticalIssues({ issues, totals }: SessionReport, limit: number): GateCondition {
  const critical = issues.filter(({ severity }) => severity === 'critical');
  const value = critical.length;
  const [first] = critical;
  const named = first === undefined ? '' : ` (${first.issueType} in ${first.capability})`;
  return {
    subject: 'session',
    name: 'criticalIssues',
    limit,
    value,
    low: null,
    high: null,
    samples: totals.activities,
    // That nothing was found where nothing ran shows nothing.
    verdict: value > limit ? 'broken' : totals.activities === 0 ? 'inconclusive' : 'met',
    statement: `critical issues: ${value}${named}, wanted at most ${limit}`,
  };
}

/** As severe as the customer's alert conditions say. */
const severityByCondition: Readonly<Partial<Record<GateCondition['name'], Severity>>> = {
  criticalIssues: 'critical',
  score: 'high',
  successRate: 'high',
  errors: 'high',
};

function alertOf({ name, subject, statement }: GateCondition): Alert {
  return { severity: severityByCondition[name] ?? 'medium', message: `${subject}: ${statement}` };
}
