export type ExperimentErrorCode =
  | 'GIT_UNUSABLE'
  | 'COMMIT_UNKNOWN'
  | 'COMMAND_FAILED'
  | 'PACKAGES_UNKNOWN'
  | 'VITEST_MISSING'
  | 'RUN_WITHOUT_SESSION'
  | 'SCENARIO_NONE'
  | 'ABORTED';

/** An experiment that cannot be made as it was asked for. The message says what to do. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
  readonly code: ExperimentErrorCode;

  constructor(code: ExperimentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
