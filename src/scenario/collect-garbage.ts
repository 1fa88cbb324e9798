import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: (() => void) | null | undefined;

/**
 * Collects the garbage of this process, twice: what the first time finds to be finalized is given up the second.
 *
 * @returns false where there is no way to
 */
export function collectGarbage(): boolean {
  collector ??= findCollector();
  collector?.();
  collector?.();
  return collector !== null;
}

/** The collector of this process, whether Node was started with `--expose-gc` or not. */
export function findCollector(): (() => void) | null {
  if (typeof globalThis.gc === 'function') return () => void globalThis.gc?.();
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('typeof gc === "function" ? gc : null');
  setFlagsFromString('--no-expose-gc');
  return typeof collect === 'function' ? () => void collect() : null;
}
