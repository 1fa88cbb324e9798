/** A command line that cannot be carried out as it is written; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
