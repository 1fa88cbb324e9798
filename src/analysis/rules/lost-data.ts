import { findCountedDamage } from './counted-damage.js';
import type { Rule } from './rule.js';

/** Effects that a scenario expected and did not find. */
export const findLostData: Rule = (input) =>
  findCountedDamage(input, {
    metricType: 'effects_lost',
    issueType: 'lost_data',
    describe: (count) =>
      `${count} ${count === 1 ? 'effect is' : 'effects are'} missing that should have been applied.`,
    suggestedFix:
      'Say that something is done only when it is stored; look at what was acknowledged before it was.',
  });
