/** A value for each name: for even numbers from -3 to 3, for odd ones from 0.1 to 3, where roots and logarithms are real. */
export function randomPoint(
  names: Iterable<string>,
  number: number,
  random: () => number,
): ReadonlyMap<string, number> {
  const pick = () => (number % 2 === 0 ? random() * 6 - 3 : 0.1 + random() * 2.9);
  return new Map([...names].map((name) => [name, pick()]));
}
