import type { CapabilityWorkload } from './capability-workload.js';

function accepted(number: number): string {
  return `export function area${number}(width, height) {\n  const product = width * height;\n  return { 'area-${number}': product, label: 'area', unit: 'm' };\n}\n`;
}

/** Teaches a correction once, and asks whether code that repeats the mistake is told so with its source. */
export const codeReviewLearnerWorkload: CapabilityWorkload = {
  capability: 'code_review_learner',
  paceMs: 4_000,
  weight: 'heavy',
  prepare: ({ hub }) => ({
    round: async (number) => {
      const source = `review ${number}`;
      const old = `legacyCall${number}`;
      const after = accepted(number).replace('width * height', `currentCall${number}(width, height)`);
      const before = after.replace(`currentCall${number}`, old);
      await hub.code_review_learner.ingest({ before, after, comments: ['It is gone.'], source });
      const found = await hub.code_review_learner.check(`const size = ${old}(2, 3);\n`);
      const correction = found.find(({ rule }) => rule === 'correction');
      if (!correction?.learntFrom.includes(source) || correction.line !== 1) {
        throw new Error(
          `A correction of ${source} is not known: ${correction?.message ?? 'nothing was found'}`,
        );
      }
      const clean = await hub.code_review_learner.check(`const size = currentCall${number}(2, 3);\n`);
      if (clean.some(({ rule }) => rule === 'correction'))
        throw new Error('The corrected code is objected to.');
    },
  }),
};
