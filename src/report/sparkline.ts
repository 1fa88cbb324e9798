const blocks = '▁▂▃▄▅▆▇█';
/** For terminals whose font has no such blocks. */
const marks = '_.-~=+*#';

/**
 * Values as a row of bars, the smallest the lowest; a level row where all are the same, a gap where there is none.
 *
 * @param unicode false where the terminal can show ASCII only
 */
export function sparkline(values: readonly (number | null)[], unicode = true): string {
  const levels = unicode ? blocks : marks;
  const known = values.filter((value) => value !== null);
  const least = Math.min(...known);
  const range = Math.max(...known) - least;
  return values
    .map((value) => {
      if (value === null) return ' ';
      const level = range === 0 ? 0 : Math.floor(((value - least) / range) * levels.length);
      return levels[Math.min(levels.length - 1, level)];
    })
    .join('');
}
