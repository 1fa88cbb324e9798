/**
 * The chance values of several tests, each raised to the rate of false discoveries that would come with it
 * (Benjamini and Hochberg 1995).
 *
 * @returns in the order given
 */
export function adjustChances(chances: readonly number[]): readonly number[] {
  const order = chances
    .map((_, index) => index)
    .sort((left, right) => at(chances, right) - at(chances, left));
  const adjusted = new Array<number>(chances.length).fill(1);
  let smallest = 1;
  order.forEach((index, place) => {
    smallest = Math.min(smallest, (at(chances, index) * chances.length) / (chances.length - place));
    adjusted[index] = smallest;
  });
  return adjusted;
}

function at(chances: readonly number[], index: number): number {
  return chances[index] as number;
}
