import type { CapabilitySummary, SessionFacts, SessionReport } from '../model.js';
import { formatDuration, formatShare } from '../units.js';
import { responseLimitsMs, successLimits } from './bands.js';
import { compareSession } from './regression/compare-session.js';
import { findContention } from './rules/contention.js';
import { findCpuHogs } from './rules/cpu-hog.js';
import { findEffectsAppliedTwice } from './rules/effect-applied-twice.js';
import { findErrorBursts } from './rules/error-burst.js';
import { findEventLoopBlocked } from './rules/event-loop-blocked.js';
import { findFailedRecoveries } from './rules/failed-recovery.js';
import { findFailedScenarios } from './rules/failed-scenario.js';
import { findFlaky } from './rules/flaky.js';
import { findInsufficientData } from './rules/insufficient-data.js';
import { findLeaks } from './rules/leak.js';
import { findLostData } from './rules/lost-data.js';
import { findMemorySpikes } from './rules/memory-spike.js';
import { findMissingCapabilities } from './rules/missing-capability.js';
import { findOutliers } from './rules/outliers.js';
import { findPoorAccuracy } from './rules/poor-accuracy.js';
import { findRaces } from './rules/race.js';
import { findRegressions } from './rules/regression.js';
import { findResourceLimits } from './rules/resource-limit.js';
import type { Rule } from './rules/rule.js';
import { findSlow } from './rules/slow.js';
import { findSlowingDown } from './rules/slowing-down.js';
import { findUnfinished } from './rules/unfinished.js';
import { findUnreliable } from './rules/unreliable.js';
import { scoreSession } from './score.js';
import { bySeverity, suggestImprovements } from './suggest.js';
import { summarizeCapabilities } from './summarize-capabilities.js';
import { summarizeKinds, summarizeScenarios } from './summarize-scenarios.js';
import { total } from './total.js';

const rules: readonly Rule[] = [
  findFailedScenarios,
  findUnfinished,
  findEffectsAppliedTwice,
  findLostData,
  findRaces,
  findFailedRecoveries,
  findUnreliable,
  findErrorBursts,
  findFlaky,
  findPoorAccuracy,
  findRegressions,
  findLeaks,
  findSlow,
  findSlowingDown,
  findContention,
  findEventLoopBlocked,
  findMemorySpikes,
  findCpuHogs,
  findOutliers,
  findResourceLimits,
  findMissingCapabilities,
  findInsufficientData,
];

/** What a session showed. Pure: the same facts, the same report. */
export function analyzeSession(facts: SessionFacts): SessionReport {
  const capabilities = summarizeCapabilities(facts);
  const history = compareSession(facts.history, facts.session.seed);
  const found = rules.flatMap((rule) => rule({ facts, capabilities, history }));
  const issues = [...found, ...facts.reportedIssues].sort(bySeverity);
  const activities = total(capabilities, ({ calls }) => calls);
  const errors = total(capabilities, (capability) => capability.errors);
  const errorsUnderFault = total(capabilities, (capability) => capability.errorsUnderFault);
  const judged = activities - errorsUnderFault;
  return {
    session: facts.session,
    scenarios: facts.scenarios,
    totals: {
      activities,
      rowsKept: total(facts.methods, ({ rowsKept }) => rowsKept),
      errors,
      errorsUnderFault,
      successRate: judged === 0 ? null : (judged - errors) / judged,
      meanMs:
        activities === 0 ? null : total(capabilities, ({ meanMs, calls }) => meanMs * calls) / activities,
    },
    kinds: summarizeKinds(facts),
    scenarioSummaries: summarizeScenarios(facts),
    capabilities,
    workedWell: capabilities
      .filter((summary) => workedWell(summary) && describePoorly(summary).length === 0)
      .map((summary) => ({
        capability: summary.capability,
        statement: `High success rate (${formatRate(summary)}) and fast response (${formatDuration(summary.meanMs)})`,
      })),
    workedPoorly: capabilities.flatMap(describePoorly),
    issues,
    suggestions: suggestImprovements(issues, capabilities, facts),
    metrics: facts.metrics,
    history,
    gate: facts.gate,
    score: scoreSession(capabilities, facts.metrics, facts.scoreWeights),
  };
}

/** The issues of a report that the rules found, as opposed to those that scenarios reported. */
export function ruleIssues(report: SessionReport, facts: SessionFacts): SessionReport['issues'] {
  const reported = new Set(facts.reportedIssues.map(({ issueId }) => issueId));
  return report.issues.filter(({ issueId }) => !reported.has(issueId));
}

function workedWell({ successRate, meanMs }: CapabilitySummary): boolean {
  return (
    successRate !== null && successRate >= successLimits.excellent && meanMs < responseLimitsMs.excellent
  );
}

function describePoorly(summary: CapabilitySummary): readonly { capability: string; statement: string }[] {
  const reasons: string[] = [];
  const { successRate, capability, methods } = summary;
  if (successRate !== null && successRate < successLimits.good) {
    reasons.push(`Low success rate (${formatRate(summary)})`);
  }
  const slow = methods.filter(({ meanMs }) => meanMs >= responseLimitsMs.good);
  if (slow.length > 0) {
    const named = slow.map(({ method, meanMs }) => `${method} ${formatDuration(meanMs)}`).join(', ');
    reasons.push(`slow response (${named})`);
  }
  if (reasons.length === 0) return [];
  const statement = reasons.join(' and ');
  return [{ capability, statement: statement.charAt(0).toUpperCase() + statement.slice(1) }];
}

function formatRate({ successRate, calls, errorsUnderFault }: CapabilitySummary): string {
  const judged = calls - errorsUnderFault;
  return successRate === null
    ? 'no call without fault'
    : `${formatShare(successRate)} of ${judged} ${judged === 1 ? 'call' : 'calls'}`;
}
