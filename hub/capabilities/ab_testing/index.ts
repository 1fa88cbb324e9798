export {
  AbTesting,
  type AbTestingOptions,
  type ArmComparison,
  type ArmResult,
  type ExperimentAnalysis,
  type ExperimentDefinition,
} from './ab-testing.js';
export type { Arm } from './assign-arm.js';
export type { SampleSizeQuestion } from './sample-size.js';
