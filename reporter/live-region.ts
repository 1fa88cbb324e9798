import type { Vitest } from 'vitest/node';

/** What Vitest's default reporter draws at the foot of a terminal; it is not part of Vitest's public types. */
interface Summary {
  createSummary: () => readonly string[];
}

/**
 * Puts lines above the summary that Vitest redraws while tests run. Two regions that move the cursor would tear each other,
 * so there is only Vitest's, and ours is a part of it.
 *
 * @returns a function that takes the lines out again, or null where Vitest draws no summary: then lines have to be printed
 */
export function joinSummary(vitest: Vitest, lines: () => readonly string[]): (() => void) | null {
  const { reporters = [] } = vitest as { readonly reporters?: readonly unknown[] };
  const summary = reporters.map(summaryOf).find((found) => found !== null) ?? null;
  if (summary === null) return null;
  const original = summary.createSummary;
  summary.createSummary = () => [...lines(), '', ...original.call(summary)];
  return () => {
    summary.createSummary = original;
  };
}

function summaryOf(reporter: unknown): Summary | null {
  const summary: unknown = (reporter as { readonly summary?: unknown } | null)?.summary;
  return typeof summary === 'object' &&
    summary !== null &&
    typeof (summary as Partial<Summary>).createSummary === 'function'
    ? (summary as Summary)
    : null;
}
