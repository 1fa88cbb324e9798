export { CodeReviewLearner, type CodeReviewLearnerOptions } from './code-review-learner.js';
export type {
  Deviation,
  IngestResult,
  Review,
  StyleGuide,
  StyleRule,
} from './review-types.js';
