/** What one step of a search for the capacity came to. `leaning` is where the search goes when it is not known. */
export interface StepOutcome {
  readonly outcome: 'sustained' | 'bent' | 'inconclusive';
  readonly leaning: 'sustained' | 'bent';
}

export interface SearchSettings {
  /** Rates in rising order; the search goes on between them. */
  readonly rates: Iterable<number>;
  /** The search ends when the rates that are and are not sustained lie so close, as a share of the upper one. */
  readonly precision: number;
  readonly stepsMax: number;
}

export interface CapacityBracket {
  /** The highest rate below every one that bent, 0 when none was sustained. */
  readonly sustained: number;
  readonly sustainedOutcome: StepOutcome['outcome'] | null;
  /** The lowest rate that bent, or null when none did. */
  readonly bent: number | null;
  readonly bentOutcome: StepOutcome['outcome'] | null;
}

/** Raises the rate until a step bends, then halves what lies between. @param measure null when it was interrupted */
export async function searchCapacity(
  { rates, precision, stepsMax }: SearchSettings,
  measure: (ratePerSecond: number) => Promise<StepOutcome | null>,
): Promise<CapacityBracket> {
  let bracket: CapacityBracket = { sustained: 0, sustainedOutcome: null, bent: null, bentOutcome: null };
  let steps = 0;
  const step = async (rate: number): Promise<boolean> => {
    if (steps++ >= stepsMax) return false;
    const measured = await measure(rate);
    if (measured === null) return false;
    const { outcome, leaning } = measured;
    bracket =
      leaning === 'sustained'
        ? { ...bracket, sustained: rate, sustainedOutcome: outcome }
        : { ...bracket, bent: rate, bentOutcome: outcome };
    return true;
  };
  for (const rate of rates) if (bracket.bent !== null || !(await step(rate))) break;
  while (bracket.bent !== null && bracket.bent - bracket.sustained > precision * bracket.bent) {
    if (!(await step((bracket.sustained + bracket.bent) / 2))) break;
  }
  return bracket;
}
