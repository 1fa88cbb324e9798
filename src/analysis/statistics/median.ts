/** @returns the middle value, the mean of the two middle ones, or NaN when there is none */
export function median(values: readonly number[]): number {
  return medianOfSorted([...values].sort((left, right) => left - right));
}

export function medianOfSorted(sorted: readonly number[]): number {
  const upper = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[upper] as number;
  return ((sorted[upper - 1] ?? Number.NaN) + (sorted[upper] ?? Number.NaN)) / 2;
}
