import { taughtPatterns, teachPatterns } from '../support/workspace-editor.js';
import type { CapabilityWorkload } from './capability-workload.js';

/** Code with a mistake that was taught under other names, and the same code without it. */
export const mistakeLearnerWorkload: CapabilityWorkload = {
  capability: 'mistake_learner',
  paceMs: 1_000,
  weight: 'light',
  prepare: ({ hub: { mistake_learner: learner } }) => {
    const known = new Set(learner.rules().map(({ rule }) => rule));
    if (!taughtPatterns.every(({ rule }) => known.has(rule))) teachPatterns(learner);
    return {
      round: (number) => {
        const pattern = taughtPatterns[number % taughtPatterns.length];
        if (pattern === undefined) return;
        const warned = (code: string): boolean =>
          learner.check(code).some(({ rule }) => rule === pattern.rule);
        if (!warned(pattern.wrong(`Round${number}`))) throw new Error(`"${pattern.rule}" was not warned of.`);
        if (warned(pattern.right(`Round${number}`)))
          throw new Error(`"${pattern.rule}" was warned of without cause.`);
      },
    };
  },
};
