/** Numbers in [0, 1) that a seed fixes (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A value for each name: for even numbers from -3 to 3, for odd ones from 0.1 to 3, where roots and logarithms are real. */
export function randomPoint(
  names: Iterable<string>,
  number: number,
  random: () => number,
): ReadonlyMap<string, number> {
  const pick = () => (number % 2 === 0 ? random() * 6 - 3 : 0.1 + random() * 2.9);
  return new Map([...names].map((name) => [name, pick()]));
}
