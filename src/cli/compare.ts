import { compareRuns, type RunsComparison } from '../analysis/regression/compare-runs.js';
import { nearestName } from '../nearest-name.js';
import { renderComparisonMarkdown } from '../report/compare-markdown.js';
import { renderComparison } from '../report/compare-text.js';
import { toPlainText } from '../report/plain-text.js';
import { differencesBetween } from '../storage/environment-key.js';
import type { SessionStore } from '../storage/session-store.js';
import { type Command, databaseOption, type Given, jsonOption } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { type FoundRun, findRuns } from './find-runs.js';
import { readingFrom, type Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';
import { writeOutput } from './write-output.js';

const formats = {
  text: renderComparison,
  markdown: renderComparisonMarkdown,
  json: (comparison: RunsComparison) => `${JSON.stringify(comparison, null, 2)}\n`,
} as const;

const exitCodeOf: Readonly<Record<RunsComparison['verdict'], ExitCode>> = {
  regressed: exitCodes.failed,
  inconclusive: exitCodes.inconclusive,
  improved: exitCodes.fine,
  unchanged: exitCodes.fine,
};

/** Compares runs with others that were recorded. */
export const compareCommand: Command = {
  words: 'sessions',
  options: [
    databaseOption,
    {
      flags: '--format <format>',
      summary: 'text, markdown or json (default: text)',
      values: Object.keys(formats),
    },
    jsonOption,
    { flags: '--output <file>', summary: 'Write to a file' },
    { flags: '--min-effect <share>', summary: 'Smaller changes are none (default: 0.05)' },
    {
      flags: '--across-environments',
      summary: 'Compare runs of different machines or versions all the same',
    },
  ],
  examples: [
    'compare baseline:default commit:3f9a1c2',
    'compare commit:3f9a1c2 commit:77b0e4d --format markdown --output compare.md',
  ],
  run: compare,
};

function compare(given: Given, surroundings: Surroundings): ExitCode {
  const [before, after, ...others] = given.words;
  if (before === undefined || after === undefined || others.length > 0) {
    throw new UsageError(
      'Name two sides: vitest-realworld compare <A> <B>. Each is a session, baseline:NAME, commit:SHA, or several with commas between them.',
    );
  }
  const render = rendererFor(given);
  const minEffect = given.number('minEffect', { min: 0, max: 1 });
  const comparison = readingFrom(given.text('db'), surroundings, (store) => {
    const sides = findSides(store, before, after);
    const environmentDifferences = differencesOf(sides, given.has('acrossEnvironments'));
    return compareRuns(
      { name: before, runs: sides.before },
      { name: after, runs: sides.after },
      { environmentDifferences, ...(minEffect === undefined ? {} : { minEffect }) },
    );
  });
  const output = given.text('output');
  if (output === undefined) surroundings.print(render(comparison));
  else writeOutput(output, render(comparison), 'Comparison', surroundings);
  return exitCodeOf[comparison.verdict];
}

interface Sides {
  readonly before: readonly FoundRun[];
  readonly after: readonly FoundRun[];
}

function findSides(store: SessionStore, before: string, after: string): Sides {
  const keyOf = (runs: readonly FoundRun[]): string | undefined => runs[0]?.environmentKey;
  // A baseline may exist for several environments: the side that is no baseline says which is meant.
  const isBaseline = (named: string): boolean => named.startsWith('baseline:');
  const second = isBaseline(after) && !isBaseline(before) ? null : findRuns(store, after);
  const first = findRuns(store, before, second === null ? undefined : keyOf(second));
  const sides = { before: first, after: second ?? findRuns(store, after, keyOf(first)) };
  const ids = new Set(sides.before.map(({ sessionId }) => sessionId));
  const shared = sides.after.find(({ sessionId }) => ids.has(sessionId));
  if (shared === undefined) return sides;
  throw new UsageError(
    `Session ${toPlainText(shared.sessionId)} is on both sides, so it would be compared with itself. Name other runs.`,
  );
}

/** @throws UsageError when the runs are of several environments or projects and nobody asked for that */
function differencesOf({ before, after }: Sides, isWanted: boolean): readonly string[] {
  const runs = [...before, ...after];
  const [first] = runs;
  const differences = new Set(
    runs.flatMap(({ environmentKey, projectPath }) => [
      ...differencesBetween(first?.environmentKey ?? environmentKey, environmentKey),
      ...(projectPath === first?.projectPath ? [] : [`project ${first?.projectPath} against ${projectPath}`]),
    ]),
  );
  if (differences.size === 0 || isWanted) return [...differences];
  throw new UsageError(
    `The runs were not made in the same environment: ${toPlainText([...differences].join(', '))}. What differs could be the machine and not the code. Compare all the same with --across-environments.`,
  );
}

function rendererFor(given: Given): (comparison: RunsComparison) => string {
  const format = given.text('format');
  if (format === undefined) return given.has('json') ? formats.json : formats.text;
  if (given.has('json') && format !== 'json') {
    throw new UsageError(`Options "--json" and "--format ${format}" contradict each other.`);
  }
  const names = Object.keys(formats);
  if (names.includes(format)) return formats[format as keyof typeof formats];
  const nearest = nearestName(format, names);
  throw new UsageError(
    `Unknown format "${format}".${nearest === null ? '' : ` Did you mean "${nearest}"?`} Use one of: ${names.join(', ')}.`,
  );
}
