import { findCountedDamage } from './counted-damage.js';
import type { Rule } from './rule.js';

/** Effects that a scenario counted more than once after a resumed or repeated run. */
export const findEffectsAppliedTwice: Rule = (input) =>
  findCountedDamage(input, {
    metricType: 'effects_applied_twice',
    issueType: 'effect_applied_twice',
    describe: (count) => `${count} ${count === 1 ? 'effect was' : 'effects were'} applied more than once.`,
    suggestedFix:
      'Keep the effect and the note that it was done in one transaction, or give each effect a key that is refused the second time.',
  });
