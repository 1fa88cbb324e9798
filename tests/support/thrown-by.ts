import { RealWorldError } from '../../src/errors.js';

/** The error of the tool that a call throws; anything else, and no throw, fails the test. */
export function thrownBy(call: () => unknown): RealWorldError {
  try {
    call();
  } catch (thrown) {
    if (thrown instanceof RealWorldError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

/** As `thrownBy`, for a promise that is rejected. */
export async function rejectionOf(promise: Promise<unknown>): Promise<RealWorldError> {
  const outcome = await promise.then(
    () => null,
    (thrown: unknown) => ({ thrown }),
  );
  if (outcome?.thrown instanceof RealWorldError) return outcome.thrown;
  throw outcome === null ? new Error('nothing was thrown') : outcome.thrown;
}
