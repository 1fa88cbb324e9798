import { RealWorldError } from '../../errors.js';

/** How a search for a counterexample ended. */
export interface CheckDetails {
  readonly failed: boolean;
  readonly seed: number;
  readonly numShrinks: number;
  readonly counterexamplePath: string | null;
}

/** Kept out of every exported type, for projects that do without fast-check. */
type FastCheckModule = typeof import('fast-check');

/** What is needed of fast-check, so that its types are not needed where it is not installed. */
export interface FastCheckPeer {
  /** Runs a check on lists of drawn numbers below `below`, and of drawn names, and shrinks what fails. */
  check(
    options: {
      readonly numbers: { readonly below: number; readonly lengthMax: number };
      /** Null to draw no names. */
      readonly names: { readonly of: readonly string[]; readonly lengthMax: number } | null;
      readonly seed: number;
      readonly runs: number;
      /** Path of the one case to run, from an earlier check with the same seed. */
      readonly path?: string;
    },
    run: (numbers: readonly number[], names: readonly string[]) => Promise<void>,
  ): Promise<CheckDetails>;
}

/** @throws RealWorldError `ENGINE_INVALID` when fast-check is not installed */
export async function loadFastCheck(
  load: () => Promise<object> = () => import('fast-check'),
): Promise<FastCheckPeer> {
  let fastCheck: FastCheckModule;
  try {
    fastCheck = (await load()) as FastCheckModule;
  } catch (thrown) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      'integration.explore() draws and shrinks schedules with fast-check, which could not be loaded. Install it: npm i -D fast-check',
      { cause: thrown },
    );
  }
  const { array, asyncProperty, check, constant, constantFrom, nat } = fastCheck;
  return {
    check: ({ numbers, names, seed, runs, path }, run) => {
      let replayed = false;
      // A path is where to begin: fast-check goes on to the cases beside it as long as they are right.
      const runOnce: typeof run = async (...drawn) => {
        if (replayed) return;
        replayed = true;
        await run(...drawn);
      };
      const property = asyncProperty(
        array(nat({ max: numbers.below - 1 }), { maxLength: numbers.lengthMax, size: 'max' }),
        names === null
          ? constant<string[]>([])
          : array(constantFrom(...names.of), { minLength: 2, maxLength: names.lengthMax, size: 'max' }),
        path === undefined ? run : runOnce,
      );
      return check(
        property,
        path === undefined ? { seed, numRuns: runs } : { seed, path, numRuns: 1, endOnFailure: true },
      );
    },
  };
}
