/**
 * Twice the rank of each value, so that the middle ranks of ties are whole numbers too.
 *
 * @returns in the order of the values, and the sizes of the groups of equal values
 */
export function doubledRanks(values: readonly number[]): {
  readonly ranks: readonly number[];
  readonly tieSizes: readonly number[];
} {
  const order = values.map((_, index) => index).sort((left, right) => at(values, left) - at(values, right));
  const ranks = new Array<number>(values.length).fill(0);
  const tieSizes: number[] = [];
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && at(values, order[end]) === at(values, order[start])) end++;
    for (let place = start; place < end; place++) ranks[order[place] as number] = start + 1 + end;
    tieSizes.push(end - start);
    start = end;
  }
  return { ranks, tieSizes };
}

function at(values: readonly number[], index: number | undefined): number {
  return values[index as number] as number;
}
