import type { LogToken } from './mask-line.js';

const valuesMax = 4;
const linesMin = 20;
const shareMin = 0.05;

/**
 * The positions of a group at which a quoted word takes so few values that each is part of the message and not a value:
 * `'x' is possibly 'null'` and `'x' is possibly 'undefined'` say two things. At most four values, each in at least 5 % of
 * at least 20 lines. The idea of low cardinality is that of IPLoM (Makanju, Zincir-Heywood, Milios 2009).
 */
export function findConstantPositions(
  words: readonly string[],
  lines: readonly (readonly LogToken[])[],
): readonly number[] {
  if (lines.length < linesMin) return [];
  return words.flatMap((word, at) => {
    if (!word.includes('<quoted>')) return [];
    const counts = new Map<string, number>();
    for (const tokens of lines) {
      const value = tokens[at]?.value ?? '';
      counts.set(value, (counts.get(value) ?? 0) + 1);
      if (counts.size > valuesMax) return [];
    }
    return [...counts.values()].every((count) => count >= shareMin * lines.length) ? [at] : [];
  });
}

/** What a line says at the constant positions of its group; equal for lines of one template. */
export function constantsOf(tokens: readonly LogToken[], positions: readonly number[]): string {
  return positions.map((at) => tokens[at]?.value ?? '').join('\u0000');
}
