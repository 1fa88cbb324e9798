import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MathEngine } from '../capabilities/math_engine/index.js';
import { loadMathjs, parseExpression } from '../capabilities/math_engine/safe-expression.js';
import { verifyDerivative, verifyEqual } from '../capabilities/math_engine/verify-answer.js';
import { mathEngineWorkload } from '../scenarios/workloads/math_engine.js';

let engine: MathEngine;
let valueAt: (expression: string, x: number) => number;

beforeAll(async () => {
  const mathjs = await loadMathjs();
  // Evaluated by mathjs alone: what the engine says about its own answer is not asked here.
  valueAt = (expression, x) => Number(mathjs.evaluate(expression, { x }));
  // Loading both systems on a busy machine is not what the tests are about.
  engine = new MathEngine({ timeoutMs: 20_000 });
  await engine.simplify('x + x');
}, 120_000);

afterAll(() => engine.dispose());

const places = [0.3, 0.7, 1.1, 1.4];

function expectSameValues(found: string, wanted: string): void {
  for (const x of places) expect(valueAt(found, x)).toBeCloseTo(valueAt(wanted, x), 6);
}

describe('answers from textbooks', () => {
  it.each([
    ['sin(x)^2 + cos(x)^2', '1'],
    ['2x + 3x', '5 * x'],
    ['(x^2 - 1) / (x - 1)', 'x + 1'],
    ['exp(log(x))', 'x'],
    ['x * x^2 + x^3', '2 * x^3'],
    ['x^3 * x^4 / x^2', 'x^5'],
  ])('simplify %s', async (expression, wanted) => {
    const answer = await engine.simplify(expression);
    expect(answer).toMatchObject({ verified: true });
    expectSameValues(answer.value, wanted);
    expect(answer.value.length).toBeLessThanOrEqual(expression.length);
  });

  it.each([
    ['x^3 * sin(x)', '3 * x^2 * sin(x) + x^3 * cos(x)'],
    ['x^x', 'x^x * (log(x) + 1)'],
    ['atan(x)', '1 / (1 + x^2)'],
    ['ln(x) / x', '(1 - log(x)) / x^2'],
    ['sqrt(1 + x^2)', 'x / sqrt(1 + x^2)'],
    ['erf(x)', '2 / sqrt(pi) * exp(-x^2)'],
    ['7', '0'],
  ])('differentiate %s', async (expression, wanted) => {
    const answer = await engine.derivative(expression, 'x');
    expect(answer).toMatchObject({ verified: true });
    expectSameValues(answer.value, wanted);
  });

  it.each([
    ['x * exp(x)', '(x - 1) * exp(x)'],
    ['1 / (x^2 + 1)', 'atan(x)'],
    ['log(x)', 'x * log(x) - x'],
    ['sin(x)^2', 'x / 2 - sin(2 * x) / 4'],
    ['exp(-x^2)', 'sqrt(pi) / 2 * erf(x)'],
  ])('integrate %s up to a constant', async (expression, wanted) => {
    const { value, verified } = await engine.integrate(expression, 'x');
    expect(verified).toBe(true);
    for (const x of places) {
      const found = valueAt(value, x) - valueAt(value, 0.5);
      expect(found).toBeCloseTo(valueAt(wanted, x) - valueAt(wanted, 0.5), 6);
    }
  });
});

describe('solve', () => {
  it('finds exactly the planted roots of a polynomial', async () => {
    const roots = fc.uniqueArray(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(roots, async (planted) => {
        const product = planted.map((root) => `(x - (${root}))`).join(' * ');
        const { value, verified, missedRoots } = await engine.solve(`${product} = 0`, 'x');
        expect(verified).toBe(true);
        expect(missedRoots).toEqual([]);
        const found = value.map((root) => Math.round(valueAt(root, 0) * 1e6) / 1e6);
        expect(found.sort((a, b) => a - b)).toEqual([...planted].sort((a, b) => a - b));
      }),
      { numRuns: 25, seed: 14 },
    );
  });

  it('solves for one name among others', async () => {
    const { value, verified, ...rest } = await engine.solve('a * x^2 + b * x + c = 0', 'x');
    expect({ verified, solutions: value.length }).toEqual({ verified: true, solutions: 2 });
    expect(rest).not.toHaveProperty('missedRoots');
  });

  it('takes out what the solver gives and what does not hold', async () => {
    const { value, rejected, verified } = await engine.solve('x^3 - 2x - 5 = 0', 'x');
    expect(verified).toBe(true);
    expect(value.map((root) => valueAt(root, 0))).toEqual([expect.closeTo(2.0945514815423265, 9)]);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('sides differ'),
      expect.stringContaining('sides differ'),
    ]);
  });

  it.each([
    ['x = x + 1', 'NOT_FOUND'],
    ['x = x', 'BAD_INPUT'],
    ['x = 1 = 2', 'BAD_INPUT'],
    ['y = 1', 'BAD_INPUT'],
  ])('refuses %s with %s', async (equation, code) => {
    await expect(engine.solve(equation, 'x')).rejects.toMatchObject({ code });
  });
});

describe('an answer that is not verified', () => {
  it('says which function it cannot compute', async () => {
    expect(await engine.integrate('sin(x) / x', 'x')).toMatchObject({
      value: 'Si(x)',
      verified: false,
      reason: expect.stringContaining('Si'),
    });
  });

  it('is every wrong one: of changed answers none passes, and of unchanged ones all do', async () => {
    const mathjs = await loadMathjs();
    const leaf = fc.constantFrom('x', 'y', '2', '3', '0.5');
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc
          .tuple(tie('expression'), fc.constantFrom('+', '-', '*'), tie('expression'))
          .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
        tie('expression').map((inner) => `sin(${inner})`),
        tie('expression').map((inner) => `(${inner})^2`),
      ),
    }));
    let compared = 0;
    fc.assert(
      fc.property(expression, fc.constantFrom('+ 0.001', '* 1.001 + 0.0001', '+ x / 500'), (text, change) => {
        const original = parseExpression(mathjs, text);
        const same = parseExpression(mathjs, `(${text} + y) - y`);
        const changed = parseExpression(mathjs, `(${text}) ${change}`);
        expect(verifyEqual(original, same, 1).verified).toBe(true);
        const values = places.map((x) =>
          [original, changed].map(
            (it) =>
              it.evaluate(
                new Map([
                  ['x', x],
                  ['y', x],
                ]),
              )?.re ?? 0,
          ),
        );
        // Beside huge values such a change is below what can be told from rounding.
        if (values.some(([a = 0, b = 0]) => Math.abs(a - b) < 1e-4 * (1 + Math.abs(a)))) return;
        compared += 1;
        expect(verifyEqual(original, changed, 1).verified).toBe(false);
      }),
      { numRuns: 1_000, seed: 14 },
    );
    expect(compared).toBeGreaterThan(500);
    const wrong = [
      ['x^3', '3 * x^3'],
      ['sin(x)', '-cos(x)'],
      ['log(x)', '1 / x^2'],
      ['exp(2 * x)', 'exp(2 * x)'],
    ] as const;
    for (const [original, derivative] of wrong) {
      const [a, b] = [parseExpression(mathjs, original), parseExpression(mathjs, derivative)];
      expect(verifyDerivative(a, b, 'x', 1)).toMatchObject({ verified: false });
    }
  });
});

describe('what has no answer', () => {
  it('is told with the reason', async () => {
    await expect(engine.integrate('x^x', 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('ends when its time is over, and the engine works on', { timeout: 120_000 }, async () => {
    // Factorising this polynomial costs nerdamer seconds; mathjs does not come to an end with the power.
    const hasty = new MathEngine({ timeoutMs: 200 });
    const impatient = new MathEngine({ timeoutMs: 3_000 });
    try {
      await expect(hasty.integrate('1 / (x^5 + x + 1)', 'x')).rejects.toMatchObject({ code: 'INTERRUPTED' });
      const { failed } = await impatient.simplify('9^9^9 * x');
      expect(failed).toMatchObject([{ source: 'mathjs', reason: expect.stringContaining('3000 ms') }]);
      await expect(impatient.integrate('x', 'x')).resolves.toMatchObject({ verified: true });
    } finally {
      await hasty.dispose();
      await impatient.dispose();
    }
  });

  it.each([
    '',
    '1 +',
    'import("fs")',
    'f(x) = x',
    'x.y',
    '[1, 2]',
    'cellspan("a")',
    'sin(x, 2)',
    'sin',
    '"text"',
    'x > 1',
    'true',
    'x; y',
    'det([[1]])',
    '1:1e9',
    '__proto__',
  ])('is %j, which is no expression', async (expression) => {
    await expect(engine.simplify(expression)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is an expression of more than 1,000 characters', async () => {
    await expect(engine.simplify('x'.repeat(1_001))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it.each(['', 'e', 'x y', 'x+1', '__proto__'])('is a derivative by %j', async (variable) => {
    await expect(engine.derivative('x', variable)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is any question after dispose, also one that waits', async () => {
    const gone = new MathEngine();
    const waiting = gone.simplify('x + x');
    await gone.dispose();
    await expect(waiting).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(gone.simplify('x')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

it('does the rounds of the workload, and fails when an answer is not verified', async () => {
  const context = (engineOrFake: unknown) => ({
    hub: { math_engine: engineOrFake } as never,
    root: '.',
    scratchDirectory: '.',
    seed: 3,
    signal: new AbortController().signal,
  });
  const { round } = await mathEngineWorkload.prepare(context(engine));
  for (let number = 0; number < 7; number += 1) await round(number);
  const doubting = {
    simplify: async () => ({ value: '1', verified: false }),
    derivative: engine.derivative.bind(engine),
    integrate: engine.integrate.bind(engine),
  };
  const broken = await mathEngineWorkload.prepare(context(doubting));
  await expect(Promise.resolve().then(() => broken.round(0))).rejects.toThrow('not verified');
});
