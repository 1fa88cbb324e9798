/**
 * Does work that ends in an orderly way on Ctrl-C: the first asks it to end, which takes the time to tidy up; the next ends the
 * process as usual.
 */
export async function withInterrupt<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new InterruptedError());
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.once(name, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.removeListener(name, abort);
  }
}

/** The user ended the work before its end. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  constructor() {
    super('Interrupted before there was an answer.');
  }
}
