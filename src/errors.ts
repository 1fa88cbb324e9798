export type RealWorldErrorCode =
  | 'OPTIONS_INVALID'
  | 'HUB_MISSING'
  | 'HUB_LOAD_FAILED'
  | 'HUB_INVALID'
  | 'CAPABILITY_UNKNOWN'
  | 'CAPABILITY_CREATE_FAILED'
  | 'CAPABILITY_DISPOSE_FAILED'
  | 'METHOD_UNKNOWN'
  | 'WORKSPACE_MISSING'
  | 'WORKSPACE_EMPTY'
  | 'DATABASE_UNWRITABLE'
  | 'DATABASE_NOT_SQLITE'
  | 'DATABASE_CORRUPT'
  | 'DATABASE_FOREIGN'
  | 'DATABASE_NEWER'
  | 'DATABASE_LOCKED'
  | 'DATABASE_MISSING'
  | 'DATABASE_IN_USE'
  | 'BACKUP_FAILED'
  | 'ARCHIVE_FAILED'
  | 'MERGE_CONFLICT'
  | 'NATIVE_MODULE_MISMATCH'
  | 'SCENARIO_INVALID'
  | 'SCENARIO_DUPLICATE'
  | 'OUTSIDE_VITEST'
  | 'SESSION_UNKNOWN'
  | 'SESSION_ELSEWHERE'
  | 'SCENARIOS_MISSING'
  | 'RUN_NOT_STARTED'
  | 'TESTER_DISPOSED'
  | 'RECORD_INVALID'
  | 'ENGINE_INVALID'
  | 'PAGE_MISSING';

/**
 * An error of the tool itself, or of how it is used. The message says what happened, to which named thing,
 * and what to do. A bad outcome of the system under test is an issue in the report, never this.
 */
export class RealWorldError extends Error {
  override readonly name = 'RealWorldError';
  readonly code: RealWorldErrorCode;

  constructor(code: RealWorldErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that was thrown. Never throws itself, whatever it is given. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'a value that cannot be turned into text';
  }
}
