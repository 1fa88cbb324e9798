export { type HeldOut, holdOutHalf, type LearningPoint, learningCurve } from './held-out.js';
export { type LabelledSnippet, type LabelledSnippets, readLabelledSnippets } from './labelled-snippets.js';
export { MistakeLearner, type MistakeLearnerOptions } from './mistake-learner.js';
export type {
  CheckOptions,
  Confusion,
  Evaluation,
  Example,
  LabelledCase,
  LearnResult,
  LearntPattern,
  LearntRule,
  Warning,
} from './mistake-types.js';
export { oneSettingPerRule } from './one-setting.js';
