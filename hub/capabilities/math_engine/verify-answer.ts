import { seededRandom } from '../../seeded-random.js';
import { randomPoint } from './random-points.js';
import { type Complex, messageOf, type SafeExpression } from './safe-expression.js';

/** Whether an answer held where it was computed. */
export type Verification =
  | {
      readonly verified: true;
      /** Random points at which it held. */
      readonly points: number;
    }
  | { readonly verified: false; readonly reason: string };

const triesMax = 60;
const pointsWanted = 12;
const pointsMin = 5;
const relativeTolerance = 1e-6;

type Value = (point: ReadonlyMap<string, number>) => Complex | undefined;

/** Whether two expressions have one value at random points. */
export function verifyEqual(original: SafeExpression, answer: SafeExpression, seed: number): Verification {
  return compareAtPoints(
    new Set([...original.variables, ...answer.variables]),
    (point) => original.evaluate(point),
    (point) => answer.evaluate(point),
    seed,
  );
}

/** Whether an expression is the derivative of another, which is differentiated by differences. */
export function verifyDerivative(
  original: SafeExpression,
  derivative: SafeExpression,
  variable: string,
  seed: number,
): Verification {
  return compareAtPoints(
    new Set([...original.variables, ...derivative.variables, variable]),
    (point) => differentiate(original, variable, point),
    (point) => derivative.evaluate(point),
    seed,
  );
}

/** Whether both values agree wherever the expected one exists. */
function compareAtPoints(
  names: ReadonlySet<string>,
  expected: Value,
  actual: Value,
  seed: number,
): Verification {
  const random = seededRandom(seed);
  let points = 0;
  for (let number = 0; number < triesMax && points < pointsWanted; number += 1) {
    const point = randomPoint(names, number, random);
    let wanted: Complex | undefined;
    let found: Complex | undefined;
    try {
      wanted = expected(point);
      if (wanted === undefined) continue;
      found = actual(point);
    } catch (cause) {
      return { verified: false, reason: `It cannot be computed at ${show(point)}: ${messageOf(cause)}.` };
    }
    if (found === undefined || !isClose(wanted, found)) {
      return {
        verified: false,
        reason: `At ${show(point)} it is ${showValue(found)} and should be ${showValue(wanted)}.`,
      };
    }
    points += 1;
  }
  if (points >= pointsMin) return { verified: true, points };
  return {
    verified: false,
    reason: `It could be compared at ${points} of ${triesMax} random points, fewer than ${pointsMin}.`,
  };
}

/**
 * Central difference of fourth order. Undefined where the function has no value, or where halving the step changes the result:
 * there a kink, a pole or a cut is near, and differences say nothing.
 */
export function differentiate(
  expression: SafeExpression,
  variable: string,
  point: ReadonlyMap<string, number>,
): Complex | undefined {
  const at = point.get(variable) ?? 0;
  const step = 2e-3 * Math.max(1, Math.abs(at));
  const coarse = difference(expression, variable, point, step);
  const fine = difference(expression, variable, point, step / 2);
  if (coarse === undefined || fine === undefined) return undefined;
  return distance(coarse, fine) <= 1e-7 * (1 + magnitude(fine)) ? fine : undefined;
}

function difference(
  expression: SafeExpression,
  variable: string,
  point: ReadonlyMap<string, number>,
  step: number,
): Complex | undefined {
  const weights = [
    [-2, 1],
    [-1, -8],
    [1, 8],
    [2, -1],
  ] as const;
  let re = 0;
  let im = 0;
  for (const [steps, weight] of weights) {
    const moved = new Map(point).set(variable, (point.get(variable) ?? 0) + steps * step);
    const value = expression.evaluate(moved);
    if (value === undefined) return undefined;
    re += (weight * value.re) / (12 * step);
    im += (weight * value.im) / (12 * step);
  }
  return { re, im };
}

export function distance(a: Complex, b: Complex): number {
  return Math.hypot(a.re - b.re, a.im - b.im);
}

export function magnitude(value: Complex): number {
  return Math.hypot(value.re, value.im);
}

function isClose(a: Complex, b: Complex): boolean {
  return distance(a, b) <= relativeTolerance * (1 + magnitude(a) + magnitude(b));
}

function show(point: ReadonlyMap<string, number>): string {
  if (point.size === 0) return 'any point';
  return [...point].map(([name, value]) => `${name} = ${value.toPrecision(6)}`).join(', ');
}

function showValue(value: Complex | undefined): string {
  if (value === undefined) return 'not finite';
  return value.im === 0
    ? value.re.toPrecision(8)
    : `${value.re.toPrecision(8)} + ${value.im.toPrecision(8)}i`;
}
