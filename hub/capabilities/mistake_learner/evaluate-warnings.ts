import type { Confusion, Evaluation, LabelledCase } from './mistake-types.js';

type Counts = { -readonly [Key in keyof Confusion]: number };

/**
 * Counts warnings against labels.
 *
 * @param warnedRules the rules warned of in a piece of code
 * @param isLearnt whether anything was learnt of a rule
 */
export function evaluateWarnings(
  cases: readonly LabelledCase[],
  warnedRules: (code: string) => ReadonlySet<string>,
  isLearnt: (rule: string) => boolean,
): Evaluation {
  const total = noCases();
  const perRule = new Map<string, Counts>();
  let crossRuleFalsePositives = 0;
  let abstainedCases = 0;
  for (const { code, rule, label } of cases) {
    const warned = warnedRules(code);
    if (label === 'wrong' && !isLearnt(rule)) abstainedCases += 1;
    const outcome = outcomeOf(label, warned, rule);
    const ofRule = perRule.get(rule) ?? noCases();
    perRule.set(rule, ofRule);
    total[outcome] += 1;
    ofRule[outcome] += 1;
    if (outcome === 'falsePositives' && !warned.has(rule)) crossRuleFalsePositives += 1;
  }
  const { truePositives, falsePositives, falseNegatives } = total;
  return {
    ...total,
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, truePositives + falseNegatives),
    abstainedCases,
    recallOfLearnt: share(truePositives, truePositives + falseNegatives - abstainedCases),
    f1: share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    crossRuleFalsePositives,
    perRule: Object.fromEntries([...perRule].sort(([a], [b]) => (a < b ? -1 : 1))),
    casesSeen: cases.length,
  };
}

function outcomeOf(label: 'wrong' | 'right', warned: ReadonlySet<string>, rule: string): keyof Confusion {
  if (label === 'wrong') return warned.has(rule) ? 'truePositives' : 'falseNegatives';
  return warned.size > 0 ? 'falsePositives' : 'trueNegatives';
}

/** Null where there is nothing to take a share of: no data is no result. */
function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function noCases(): Counts {
  return { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
}
