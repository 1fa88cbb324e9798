/** Why a capability could not do what it was asked. One code per reason a caller may act on. */
export type CapabilityErrorCode =
  | 'BAD_INPUT'
  | 'NOT_FOUND'
  | 'NOT_INDEXED'
  | 'NOT_A_REPOSITORY'
  | 'STATE_CORRUPT'
  | 'STATE_LOCKED'
  | 'STEP_FAILED'
  | 'INTERRUPTED'
  | 'TOOL_FAILED';

/** A failure of a capability that the caller can read and act on; `cause` keeps the original error. */
export class CapabilityError extends Error {
  override readonly name = 'CapabilityError';
  readonly code: CapabilityErrorCode;

  constructor(code: CapabilityErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The capability cannot work on this machine; the message says what is missing and how to get it. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
