import { CapabilityError } from '../../errors.js';
import type { HotFunction, Profile } from './read-profile.js';

export interface FunctionChange {
  readonly name: string;
  readonly path: string;
  /** Self time of one iteration, in milliseconds; 0 where the function was not seen. */
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly changeMs: number;
  /** Samples before and after: what the verdict stands on. */
  readonly samples: readonly [number, number];
  /** Standard scores between the two counts of samples, positive for slower. */
  readonly score: number;
  readonly verdict: 'slower' | 'faster' | 'unclear';
}

export interface ProfileComparison {
  /** Largest change of self time first. */
  readonly functions: readonly FunctionChange[];
  /** Time in JavaScript of one iteration, in milliseconds. */
  readonly busyBeforeMs: number;
  readonly busyAfterMs: number;
}

/** Three standard errors: about one false verdict in 370 functions that did not change, if samples were independent. */
const leastScore = 3;

/**
 * Compares two profiles function by function. Samples in a function are taken as Poisson counts; given their sum, the count
 * before is binomial with the share of iterations, and its standard score decides.
 *
 * @throws CapabilityError `BAD_INPUT` when the profiles were sampled at different intervals
 */
export function compareProfiles(before: Profile, after: Profile): ProfileComparison {
  if (before.sampleIntervalUs !== after.sampleIntervalUs) {
    throw new CapabilityError(
      'BAD_INPUT',
      `Profiles sampled every ${before.sampleIntervalUs} and every ${after.sampleIntervalUs} microseconds cannot be compared. Take both at one interval.`,
    );
  }
  const earlier = byFunction(before);
  const later = byFunction(after);
  const share = before.iterations / (before.iterations + after.iterations);
  const functions = [...new Set([...earlier.keys(), ...later.keys()])].flatMap((key) => {
    const one = earlier.get(key);
    const other = later.get(key);
    const known = other ?? one;
    if (known === undefined) return [];
    const beforeMs = (one?.selfMs ?? 0) / before.iterations;
    const afterMs = (other?.selfMs ?? 0) / after.iterations;
    const samples = [one?.samples ?? 0, other?.samples ?? 0] as const;
    const sum = samples[0] + samples[1];
    const score = sum === 0 ? 0 : (samples[1] - sum * (1 - share)) / Math.sqrt(sum * share * (1 - share));
    const { name, path } = known;
    return [
      {
        name,
        path,
        beforeMs,
        afterMs,
        changeMs: afterMs - beforeMs,
        samples,
        score,
        verdict: verdictOf(score),
      },
    ];
  });
  return {
    functions: functions.sort((a, b) => Math.abs(b.changeMs) - Math.abs(a.changeMs)),
    busyBeforeMs: before.busyMs / before.iterations,
    busyAfterMs: after.busyMs / after.iterations,
  };
}

/** Functions of one name in one file are added up: their lines move between two versions of a file. */
function byFunction(
  profile: Profile,
): ReadonlyMap<string, Pick<HotFunction, 'name' | 'path' | 'selfMs' | 'samples'>> {
  const sums = new Map<string, Pick<HotFunction, 'name' | 'path' | 'selfMs' | 'samples'>>();
  for (const { name, path, selfMs, samples } of profile.functions) {
    const key = `${name} ${path}`;
    const known = sums.get(key);
    sums.set(key, {
      name,
      path,
      selfMs: selfMs + (known?.selfMs ?? 0),
      samples: samples + (known?.samples ?? 0),
    });
  }
  return sums;
}

function verdictOf(score: number): FunctionChange['verdict'] {
  if (Math.abs(score) < leastScore) return 'unclear';
  return score > 0 ? 'slower' : 'faster';
}
