export type { RecordedError } from './error-fingerprint.js';
export { ErrorRecovery, type ErrorRecoveryOptions } from './error-recovery.js';
export type {
  Checkpoint,
  IncompleteRun,
  JsonValue,
  Recovery,
  Recurrences,
  ResumeOptions,
  RunOptions,
  RunResult,
  Step,
  StepContext,
} from './recovery-types.js';
