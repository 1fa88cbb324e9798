import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs every contender once a round, in turn, so that what else the machine does falls on all of them alike.
 *
 * @param contenders functions by name; each returns its figure of one round
 * @returns the figures of all rounds by name, without those of the first rounds, which warm up
 */
export async function interleave(contenders, { rounds, warmUp = 1 }) {
  const figures = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (const [name, contend] of Object.entries(contenders)) {
      const figure = await contend();
      if (round >= 0) figures[name].push(figure);
    }
  }
  return figures;
}

/** The quotients of two contenders round by round: what disturbs a round disturbs both sides of it. */
export function ratios(figures, base) {
  return figures.map((figure, round) => figure / base[round]);
}

/** Microseconds a call of a loop. */
export function timeLoop(calls, run) {
  const startedMs = performance.now();
  const ended = run(calls);
  const perCall = () => ((performance.now() - startedMs) * 1_000) / calls;
  return ended instanceof Promise ? ended.then(perCall) : perCall();
}

/**
 * A line of the table.
 *
 * @param bound the largest value that holds, `{ least }` for the smallest, or null for a figure without a bound
 */
export function figure(name, values, unit, bound = null) {
  const value = median(values);
  const isLeast = typeof bound === 'object' && bound !== null;
  const holds = bound === null ? null : isLeast ? value >= bound.least : value <= bound;
  return {
    name,
    value: round(value),
    unit,
    bound: bound === null ? null : isLeast ? `>= ${bound.least}` : `<= ${bound}`,
    holds,
    lowest: round(Math.min(...values)),
    highest: round(Math.max(...values)),
    rounds: values.length,
  };
}

function round(value) {
  return Number(value.toPrecision(4));
}

/** Hands the figures to the runner, or prints them when the benchmark was started by itself. */
export function tell(figures) {
  const path = process.env.REALWORLD_BENCH_OUTPUT;
  if (path === undefined) console.table(figures);
  else writeFileSync(path, JSON.stringify(figures));
}
