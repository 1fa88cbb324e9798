import { seededRandom } from '../../seeded-random.js';
import { randomPoint } from './random-points.js';
import { type Complex, messageOf, type SafeExpression } from './safe-expression.js';
import { distance, magnitude, type Verification } from './verify-answer.js';

/** The two sides of an equation. */
export interface Equation {
  readonly left: SafeExpression;
  readonly right: SafeExpression;
}

const pointsWanted = 8;
const relativeTolerance = 1e-7;
const scanFrom = -10;
const scanTo = 10;
const scanSteps = 4_001;

/** Whether both sides agree when the solution is put in, at random values of what else the equation holds. */
export function verifySolution(
  equation: Equation,
  solution: SafeExpression,
  variable: string,
  seed: number,
): Verification {
  const random = seededRandom(seed);
  const names = new Set([...equation.left.variables, ...equation.right.variables, ...solution.variables]);
  names.delete(variable);
  if (solution.variables.has(variable)) {
    return { verified: false, reason: `The solution still holds ${variable}.` };
  }
  const wanted = names.size === 0 ? 1 : pointsWanted;
  let points = 0;
  for (let number = 0; number < 4 * wanted && points < wanted; number += 1) {
    const point = randomPoint(names, number, random);
    try {
      const value = solution.evaluate(point);
      if (value === undefined) continue;
      const gap = relativeGap(equation, variable, point, value);
      if (gap === undefined) return { verified: false, reason: 'A side of the equation has no value there.' };
      if (gap > relativeTolerance) {
        return { verified: false, reason: `The sides differ by ${gap.toPrecision(3)} of their size.` };
      }
      points += 1;
    } catch (cause) {
      return { verified: false, reason: `It cannot be computed: ${messageOf(cause)}.` };
    }
  }
  return points > 0
    ? { verified: true, points }
    : { verified: false, reason: 'It has no value at random points.' };
}

/** Difference of the sides over their size and their slope at the value, so that rounding of a root is not held against it. */
function relativeGap(
  equation: Equation,
  variable: string,
  point: ReadonlyMap<string, number>,
  value: Complex,
): number | undefined {
  const sidesAt = (at: Complex) => {
    const scope = new Map<string, number | Complex>(point).set(variable, at.im === 0 ? at.re : at);
    const left = equation.left.evaluate(scope);
    const right = equation.right.evaluate(scope);
    return left === undefined || right === undefined ? undefined : { left, right };
  };
  const here = sidesAt(value);
  if (here === undefined) return undefined;
  const step = 1e-6 * Math.max(1, magnitude(value));
  const near = sidesAt({ re: value.re + step, im: value.im });
  const gap = distance(here.left, here.right);
  const slope =
    near === undefined ? 0 : Math.abs(distance(near.left, near.right) - gap) * (magnitude(value) / step);
  return gap / (1 + magnitude(here.left) + magnitude(here.right) + slope);
}

/**
 * Real roots between -10 and 10 at which the difference of the sides changes its sign, by bisection; undefined when the equation
 * holds other names than the variable. Roots that only touch zero are not seen.
 */
export function scanRoots(equation: Equation, variable: string): readonly number[] | undefined {
  const names = new Set([...equation.left.variables, ...equation.right.variables]);
  names.delete(variable);
  if (names.size > 0) return undefined;
  const gapAt = (at: number): number | undefined => {
    const point = new Map([[variable, at]]);
    const left = equation.left.evaluate(point);
    const right = equation.right.evaluate(point);
    return left === undefined || right === undefined || left.im !== 0 || right.im !== 0
      ? undefined
      : left.re - right.re;
  };
  const roots: number[] = [];
  const width = (scanTo - scanFrom) / scanSteps;
  for (let step = 0; step < scanSteps; step += 1) {
    const root = bisect(gapAt, scanFrom + step * width, scanFrom + (step + 1) * width);
    if (root !== undefined) roots.push(root);
  }
  return roots;
}

function bisect(gapAt: (at: number) => number | undefined, from: number, to: number): number | undefined {
  let low = from;
  let high = to;
  const start = gapAt(low);
  const end = gapAt(high);
  if (start === 0) return low;
  if (start === undefined || end === undefined || start * end >= 0) return undefined;
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    const gap = gapAt(middle);
    if (gap === undefined) return undefined;
    if (Math.sign(gap) === Math.sign(start)) low = middle;
    else high = middle;
  }
  // At a pole the sign changes as well, but the gap grows.
  const rest = gapAt(high);
  return rest !== undefined && Math.abs(rest) <= Math.abs(start) + Math.abs(end) ? high : undefined;
}
