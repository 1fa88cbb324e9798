import type { CapabilitySummary, Issue, Session, SessionReport, SessionStatus } from '../model.js';

/** The report of a session, with its most asked for figures at hand. */
export interface SessionAnalysis extends SessionReport {
  readonly session: AnalyzedSession;
  readonly summary: AnalysisSummary;
  readonly activitiesByCapability: readonly CapabilityActivities[];
  /** The issues of the report, the gravest first. */
  readonly topIssues: readonly Issue[];
}

export interface AnalyzedSession extends Session {
  /** 0 to 100; null when nothing was measured, which is never a pass. */
  readonly overallScore: number | null;
}

export interface AnalysisSummary {
  readonly totalActivities: number;
  readonly totalErrors: number;
  /** Of the calls without injected fault, 0 to 100; null when there was none. */
  readonly successRatePercent: number | null;
  /** Null when there was no call. */
  readonly avgResponseTimeMs: number | null;
}

export interface CapabilityActivities {
  readonly capability: string;
  readonly calls: number;
  readonly errors: number;
  /** Of the calls without injected fault, 0 to 100; null when there was none. */
  readonly successRatePercent: number | null;
  readonly avgResponseMs: number;
  readonly p95ResponseMs: number;
}

/** What became of a session. */
export interface FinalStats {
  readonly sessionId: string;
  readonly projectPath: string;
  readonly status: SessionStatus;
  readonly stopReason: string | null;
  readonly durationMs: number;
  readonly totalActivities: number;
  readonly totalErrors: number;
  /** Of the calls without injected fault, 0 to 100; null when there was none. */
  readonly successRatePercent: number | null;
  /** Null when there was no call. */
  readonly avgResponseTimeMs: number | null;
  /** 0 to 100; null when nothing was measured. */
  readonly overallScore: number | null;
  readonly issues: number;
}

export function asAnalysis(report: SessionReport): SessionAnalysis {
  const { activities, errors, successRate, meanMs } = report.totals;
  return {
    ...report,
    session: { ...report.session, overallScore: report.score?.total ?? null },
    summary: {
      totalActivities: activities,
      totalErrors: errors,
      successRatePercent: asPercent(successRate),
      avgResponseTimeMs: meanMs,
    },
    activitiesByCapability: report.capabilities.map(activitiesOf),
    topIssues: report.issues,
  };
}

export function finalStatsOf(report: SessionReport): FinalStats {
  const { session, summary } = asAnalysis(report);
  return {
    sessionId: session.sessionId,
    projectPath: session.projectPath,
    status: session.status,
    stopReason: session.stopReason,
    durationMs: (session.endedAtMs ?? session.startedAtMs) - session.startedAtMs,
    ...summary,
    overallScore: session.overallScore,
    issues: report.issues.length,
  };
}

function activitiesOf(summary: CapabilitySummary): CapabilityActivities {
  const { capability, calls, errors, successRate, meanMs, p95Ms } = summary;
  return {
    capability,
    calls,
    errors,
    successRatePercent: asPercent(successRate),
    avgResponseMs: meanMs,
    p95ResponseMs: p95Ms,
  };
}

function asPercent(share: number | null): number | null {
  return share === null ? null : share * 100;
}
