import { findCountedDamage } from './counted-damage.js';
import type { Rule } from './rule.js';

/** Outcomes that depended on the order in which calls took turns. */
export const findRaces: Rule = (input) =>
  findCountedDamage(input, {
    metricType: 'race_conditions',
    issueType: 'race',
    describe: (count) =>
      `${count} ${count === 1 ? 'order' : 'orders'} of the same calls led to another outcome.`,
    suggestedFix: 'Let what reads and then writes shared state do both without another call in between.',
  });
