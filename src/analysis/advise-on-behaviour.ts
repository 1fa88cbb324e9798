import type { Issue, MethodFigures, SessionFacts, SuggestionCategory } from '../model.js';
import { bytesPerMebibyte, formatDuration, formatShare } from '../units.js';

export interface Advice {
  readonly category: SuggestionCategory;
  readonly suggestion: string;
  readonly rationale: string;
  readonly estimatedImpact: string;
  /** What the session would be shorter, in milliseconds; left out where that cannot be told. */
  readonly savedMs?: number;
}

export type BehaviourIssue =
  | 'error_burst'
  | 'flaky'
  | 'leak'
  | 'memory_spike'
  | 'cpu_hog'
  | 'poor_accuracy'
  | 'failed_recovery'
  | 'effect_applied_twice'
  | 'lost_data'
  | 'race';

const categories: Readonly<Record<BehaviourIssue, SuggestionCategory>> = {
  error_burst: 'reliability',
  flaky: 'reliability',
  leak: 'resource_optimization',
  memory_spike: 'resource_optimization',
  cpu_hog: 'performance',
  poor_accuracy: 'reliability',
  failed_recovery: 'reliability',
  effect_applied_twice: 'bug_fix',
  lost_data: 'bug_fix',
  race: 'bug_fix',
};

/** Advice on how a capability behaves: what it keeps, computes, loses or gets wrong. */
export function adviseOnBehaviour(
  type: BehaviourIssue,
  issue: Issue,
  figures: MethodFigures | undefined,
  facts: SessionFacts,
): Advice {
  return {
    category: categories[type],
    suggestion: ownAdvice(issue, facts) ?? headline(type, issue, figures),
    rationale: issue.description,
    estimatedImpact: estimateImpact(type, figures, facts),
  };
}

/** What the scenario that reported it advises. */
function ownAdvice(issue: Issue, { reportedIssues }: SessionFacts): string | null {
  return reportedIssues.includes(issue) ? issue.suggestedFix : null;
}

function headline(type: BehaviourIssue, { capability }: Issue, figures: MethodFigures | undefined): string {
  const subject = figures === undefined ? capability : `${capability}.${figures.method}`;
  const headlines: Readonly<Record<BehaviourIssue, string>> = {
    error_burst: `Make ${subject} outlast what went wrong during its burst of failures`,
    flaky: `Make ${subject} give one answer to one input`,
    leak: `Find what ${subject} keeps`,
    memory_spike: `Let ${subject} hold less at once`,
    cpu_hog: `Profile ${subject} before anything else`,
    poor_accuracy: `Make the answers of ${subject} right more often`,
    failed_recovery: `Let ${subject} recover by itself`,
    effect_applied_twice: `Make the effects of ${subject} safe to repeat`,
    lost_data: `Find where ${subject} loses data`,
    race: `Guard the state that calls of ${subject} share`,
  };
  return headlines[type];
}

/** From the data where they say it, in words where they do not. */
function estimateImpact(
  type: BehaviourIssue,
  figures: MethodFigures | undefined,
  facts: SessionFacts,
): string {
  switch (type) {
    case 'cpu_hog':
      return figures === undefined
        ? 'Less CPU time'
        : `Every 10 % less CPU time in it saves ${formatDuration(figures.cpuTimeMs / 10)} of this session`;
    case 'memory_spike':
      return figures === undefined
        ? 'A lower peak of memory'
        : `The peak would be up to ${Math.round(figures.rssGrowthMaxBytes / bytesPerMebibyte)} MB lower`;
    case 'error_burst':
    case 'flaky': {
      if (figures === undefined) return 'The same run would give the same result';
      const judged = figures.calls - figures.errorsUnderFault;
      return `Success rate of the method could rise from ${formatShare((judged - figures.errors) / judged)} to 100 %`;
    }
    case 'leak':
      return 'Memory would stay level, and a run could be as long as wanted';
    case 'poor_accuracy':
      return 'What builds on its answers is right as often as it is';
    case 'failed_recovery':
      return `${facts.failures.length === 0 ? 'No restart by hand' : 'No restart by hand, and no failures after the fault'}`;
    case 'effect_applied_twice':
    case 'lost_data':
    case 'race':
      return 'Wrong data are not seen in any response time, and are the dearest to repair';
    default:
      return type satisfies never;
  }
}
