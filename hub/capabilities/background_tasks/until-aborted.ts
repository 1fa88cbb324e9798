import { CapabilityError } from '../../errors.js';

/**
 * Waits for work or the abort, whichever comes first.
 *
 * @throws CapabilityError INTERRUPTED when the signal aborts; whatever the work rejects with
 */
export async function untilAborted(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) {
    await work;
    return;
  }
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () =>
      reject(
        new CapabilityError('INTERRUPTED', 'The drain was interrupted. Tasks are kept; drain again.', {
          cause: signal.reason,
        }),
      );
    signal.addEventListener('abort', onAbort);
  });
  try {
    if (signal.aborted) onAbort();
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
