import type {
  CapabilitySummary,
  Issue,
  MethodFigures,
  SessionFacts,
  Suggestion,
  SuggestionCategory,
  SuggestionPriority,
} from '../model.js';
import { severities } from '../model.js';
import { formatDuration, formatShare } from '../units.js';
import { responseLimitsMs } from './bands.js';
import { mostFrequentError } from './rules/unreliable.js';

interface Advice {
  readonly category: SuggestionCategory;
  readonly suggestion: string;
  readonly rationale: string;
  readonly estimatedImpact: string;
}

/** Advice for every issue that the data can say something about, the most severe first. */
export function suggestImprovements(
  issues: readonly Issue[],
  capabilities: readonly CapabilitySummary[],
  facts: SessionFacts,
): readonly Suggestion[] {
  const methods = capabilities.flatMap((capability) => capability.methods);
  return issues.flatMap((issue) => {
    const figures = methods.find(
      ({ capability, method }) =>
        issue.capability === capability && issue.issueId.endsWith(`:${capability}:${method}`),
    );
    const advice = adviseOn(issue, figures, facts);
    return advice === null ? [] : [{ ...advice, priority: priorityOf(issue), issueId: issue.issueId }];
  });
}

function adviseOn(issue: Issue, figures: MethodFigures | undefined, facts: SessionFacts): Advice | null {
  switch (issue.issueType) {
    case 'unreliable':
      return figures === undefined ? null : adviseOnFailures(figures, facts);
    case 'slow':
      return figures === undefined ? null : adviseOnSlowness(figures);
    case 'timeout':
      return figures === undefined ? null : adviseOnTimeouts(figures);
    case 'crash':
    case 'worker_crash':
      return {
        category: 'bug_fix',
        suggestion: `Find out why the process dies in ${issue.capability}`,
        rationale: issue.description,
        estimatedImpact: 'A crash ends every other call of the worker as well',
      };
    case 'missing_capability':
      return {
        category: 'reliability',
        suggestion: `Exercise ${issue.capability} in a scenario`,
        rationale: 'It is declared, and no call of it was recorded',
        estimatedImpact: 'Nothing is known about it until then',
      };
    case 'resource_limit':
      return {
        category: 'resource_optimization',
        suggestion: issue.suggestedFix ?? 'Free resources of the machine',
        rationale: issue.description,
        estimatedImpact: 'Response times on a full machine vary; they would become comparable',
      };
    default:
      return issue.suggestedFix === null
        ? null
        : {
            category: 'bug_fix',
            suggestion: issue.suggestedFix,
            rationale: issue.description,
            estimatedImpact: 'Removes this issue',
          };
  }
}

function adviseOnFailures(figures: MethodFigures, facts: SessionFacts): Advice {
  const { capability, method, calls, errors, errorsUnderFault } = figures;
  const judged = calls - errorsUnderFault;
  const group = mostFrequentError(facts.errorGroups, figures);
  const gained = group?.count ?? errors;
  const now = (judged - errors) / judged;
  const then = (judged - errors + gained) / judged;
  return {
    category: 'reliability',
    suggestion: `Fix error handling in ${capability}.${method}`,
    rationale: `Success rate is only ${formatShare(now)} (${judged} calls)`,
    estimatedImpact:
      group === undefined
        ? `Could improve success rate to ${formatShare(then)}`
        : `Without "${group.errorType}" (${group.count}x) success rate would be ${formatShare(then)}`,
  };
}

function adviseOnSlowness({ capability, method, meanMs, calls, cpuTimeMs }: MethodFigures): Advice {
  const savedMs = meanMs - responseLimitsMs.good;
  return {
    category: 'performance',
    suggestion: `Optimize ${capability}.${method} - response time is too slow`,
    rationale: `Average response time is ${formatDuration(meanMs)} (${calls} ${calls === 1 ? 'call' : 'calls'}), of which ${formatDuration(cpuTimeMs / calls)} CPU time`,
    estimatedImpact: `At ${formatDuration(responseLimitsMs.good)} a call it would save ${formatDuration(savedMs)} a call, ${formatDuration(savedMs * calls)} in this session`,
  };
}

function adviseOnTimeouts({ capability, method, timeouts, calls, errors }: MethodFigures): Advice {
  return {
    category: 'reliability',
    suggestion: `Bound the time of ${capability}.${method}`,
    rationale: `${timeouts} of ${calls} calls had not returned when their scenario ended`,
    estimatedImpact: `Success rate would rise to ${formatShare((calls - errors + timeouts) / calls)}`,
  };
}

function priorityOf(issue: Issue): SuggestionPriority {
  return issue.severity === 'info' ? 'low' : issue.severity;
}

/** The most severe first; among equals the order stays. */
export function bySeverity(left: Issue, right: Issue): number {
  return severities.indexOf(left.severity) - severities.indexOf(right.severity);
}
