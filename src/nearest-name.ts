/** Edit distance of Levenshtein (1966), two rows at a time. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** The known name that was most likely meant, or null when none is close. */
export function nearestName(given: string, known: readonly string[]): string | null {
  const lowered = given.slice(0, 100).toLowerCase();
  let nearest: string | null = null;
  let smallest = Math.max(2, Math.floor(lowered.length / 2)) + 1;
  for (const name of known) {
    const candidate = name.toLowerCase();
    const distance =
      candidate.startsWith(lowered) || lowered.startsWith(candidate) ? 1 : editDistance(lowered, candidate);
    if (distance < smallest) {
      smallest = distance;
      nearest = name;
    }
  }
  return nearest;
}
