import type {
  CapabilitySummary,
  Issue,
  MethodFigures,
  ScoreWeights,
  SessionFacts,
  Suggestion,
  SuggestionPriority,
} from '../model.js';
import { severities } from '../model.js';
import { formatDuration, formatShare } from '../units.js';
import { type Advice, adviseOnBehaviour } from './advise-on-behaviour.js';
import { bandValue, responseLimitsMs } from './bands.js';
import { mostFrequentError } from './rules/unreliable.js';
import { total } from './total.js';

/**
 * Advice for every issue that the data can say something about: by priority, then by what it would add to the score, then by the
 * time that it would save.
 */
export function suggestImprovements(
  issues: readonly Issue[],
  capabilities: readonly CapabilitySummary[],
  facts: SessionFacts,
): readonly Suggestion[] {
  const methods = capabilities.flatMap((capability) => capability.methods);
  const suggestions = issues.flatMap((issue) => {
    const figures = methods.find(
      ({ capability, method }) =>
        issue.issueId === [facts.session.sessionId, issue.issueType, capability, method].join(':'),
    );
    const advised = adviseOn(issue, figures, facts);
    if (advised === null) return [];
    const { savedMs = 0, ...advice } = advised;
    const expectedGain =
      figures === undefined ? 0 : scorePointsLost(issue.issueType, figures, methods, facts.scoreWeights);
    const suggestion = { ...advice, expectedGain, priority: priorityOf(issue), issueId: issue.issueId };
    return [{ suggestion, savedMs }];
  });
  const ranked = suggestions.sort(
    (left, right) =>
      severities.indexOf(left.suggestion.priority) - severities.indexOf(right.suggestion.priority) ||
      right.suggestion.expectedGain - left.suggestion.expectedGain ||
      right.savedMs - left.savedMs,
  );
  return withoutRepetition(ranked.map(({ suggestion }) => suggestion));
}

/** Two issues can lead to the same advice; the first is the more severe. */
function withoutRepetition(suggestions: readonly Suggestion[]): Suggestion[] {
  const said = new Set<string>();
  return suggestions.filter(({ suggestion }) => {
    if (said.has(suggestion)) return false;
    said.add(suggestion);
    return true;
  });
}

/** What an issue costs the score, of 100: its failures among all calls, or its slow calls. */
function scorePointsLost(
  issueType: string,
  { errors, timeouts, acceptableCalls, poorCalls }: MethodFigures,
  methods: readonly MethodFigures[],
  weights: ScoreWeights,
): number {
  const calls = total(methods, (figures) => figures.calls - figures.errorsUnderFault);
  if (calls === 0) return 0;
  switch (issueType) {
    case 'unreliable':
    case 'error_burst':
    case 'flaky':
      return ((errors - timeouts) / calls) * weights.success * 100;
    case 'timeout':
      return (timeouts / calls) * weights.success * 100;
    case 'slow': {
      const lost =
        acceptableCalls * (bandValue.good - bandValue.acceptable) +
        poorCalls * (bandValue.good - bandValue.poor);
      return (lost / calls) * weights.response * 100;
    }
    default:
      return 0;
  }
}

function adviseOn(issue: Issue, figures: MethodFigures | undefined, facts: SessionFacts): Advice | null {
  switch (issue.issueType) {
    case 'unreliable':
      return figures === undefined ? adviseFromFix(issue) : adviseOnFailures(figures, facts);
    case 'slow':
      return figures === undefined ? adviseFromFix(issue) : adviseOnSlowness(figures);
    case 'timeout':
      return figures === undefined ? adviseFromFix(issue) : adviseOnTimeouts(figures);
    case 'crash':
    case 'worker_crash':
      return {
        category: 'bug_fix',
        suggestion: `Find out why the process dies in ${issue.capability}`,
        rationale: issue.description,
        estimatedImpact: 'A crash ends every other call of the worker as well',
      };
    case 'slowing_down':
    case 'contention':
    case 'outliers':
    case 'event_loop_blocked':
      return figures === undefined
        ? adviseFromFix(issue)
        : adviseOnTimes(issue.issueType, issue, inScenario(issue, figures, facts));
    case 'regression':
      return {
        category: 'performance',
        suggestion: `Win back what ${issue.capability} lost`,
        rationale: issue.description,
        estimatedImpact: 'Back to what the runs before showed, as stated',
      };
    case 'insufficient_data':
      return null;
    case 'error_burst':
    case 'flaky':
    case 'leak':
    case 'memory_spike':
    case 'cpu_hog':
    case 'poor_accuracy':
    case 'failed_recovery':
    case 'effect_applied_twice':
    case 'lost_data':
    case 'race':
      return adviseOnBehaviour(issue.issueType, issue, figures, facts);
    case 'scenario_failed':
      return {
        category: 'bug_fix',
        suggestion: `Make the ${issue.capability} scenario pass`,
        rationale: issue.description,
        estimatedImpact: 'What it checks after the place where it failed is unknown until then',
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
      return adviseFromFix(issue);
  }
}

/** What a scenario that reported an issue advises by itself. */
function adviseFromFix({ suggestedFix, description, severity }: Issue): Advice | null {
  if (suggestedFix === null) return null;
  return {
    category: 'bug_fix',
    suggestion: suggestedFix,
    rationale: description,
    estimatedImpact: `Resolves an issue of severity ${severity}`,
  };
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
    savedMs: savedMs * calls,
    estimatedImpact: `At ${formatDuration(responseLimitsMs.good)} a call it would save ${formatDuration(savedMs)} a call, ${formatDuration(savedMs * calls)} in this session`,
  };
}

function adviseOnTimeouts(figures: MethodFigures): Advice {
  const { capability, method, timeouts, calls, errors, errorsUnderFault } = figures;
  const judged = calls - errorsUnderFault;
  return {
    category: 'reliability',
    suggestion: `Bound the time of ${capability}.${method}`,
    rationale: `${timeouts} of ${calls} calls had not returned when their scenario ended`,
    estimatedImpact: `Success rate would rise to ${formatShare((judged - errors + timeouts) / judged)}`,
  };
}

type IssueOfTimes = 'slowing_down' | 'contention' | 'outliers' | 'event_loop_blocked';

/** The calls that an issue is about: where it is of one scenario, those in it. */
function inScenario(issue: Issue, figures: MethodFigures, { scenarioMethods }: SessionFacts): MethodFigures {
  const { capability, method } = figures;
  const own = scenarioMethods.find(
    (one) => one.taskId === issue.taskId && one.capability === capability && one.method === method,
  );
  return issue.taskId === null || own === undefined ? figures : own;
}

function adviseOnTimes(type: IssueOfTimes, issue: Issue, figures: MethodFigures): Advice {
  const { capability, method } = figures;
  const subject = `${capability}.${method}`;
  const suggestions: Readonly<Record<IssueOfTimes, string>> = {
    slowing_down: `Find what ${subject} keeps and goes through at every call`,
    contention: `Find what calls of ${subject} wait for beside others`,
    outliers: `Find out what the slowest calls of ${subject} wait for`,
    event_loop_blocked: `Do the work of ${subject} in slices, or in a worker thread`,
  };
  return {
    category: 'performance',
    suggestion: suggestions[type],
    rationale: issue.description,
    ...impactOnTimes(type, figures),
  };
}

function impactOnTimes(
  type: IssueOfTimes,
  { meanMs, medianMs, blockingMaxMs, calls, windows }: MethodFigures,
): Pick<Advice, 'estimatedImpact' | 'savedMs'> {
  if (type === 'event_loop_blocked') {
    return { estimatedImpact: `Other calls would not wait for up to ${formatDuration(blockingMaxMs)}` };
  }
  const first = windows.slice(0, Math.ceil(windows.length / 4));
  const firstMs = total(first, (window) => window.totalMs) / total(first, (window) => window.calls);
  const [targetMs, target] =
    type === 'slowing_down'
      ? [firstMs, `what the first ones took (${formatDuration(firstMs)})`]
      : [medianMs, `the median of ${formatDuration(medianMs)}`];
  const savedMs = (meanMs - targetMs) * calls;
  // What is below costs nothing yet, and may in a longer session or under more load.
  if (!(savedMs >= 1)) {
    return { estimatedImpact: 'Nothing in this session; more in a longer one, or under more load' };
  }
  return {
    estimatedImpact: `If every call took ${target}, this session would be ${formatDuration(savedMs)} shorter`,
    savedMs,
  };
}

function priorityOf(issue: Issue): SuggestionPriority {
  return issue.severity === 'info' ? 'low' : issue.severity;
}

/** The most severe first; among equals the order stays. */
export function bySeverity(left: Issue, right: Issue): number {
  return severities.indexOf(left.severity) - severities.indexOf(right.severity);
}
