import { CapabilityError } from '../../errors.js';
import { type Complex, loadMathjs, parseExpression, type SafeExpression } from './safe-expression.js';
import {
  type SymbolicEngine,
  type SymbolicOperation,
  type SymbolicReply,
  SymbolicWorker,
} from './symbolic-worker.js';
import { distance, magnitude, type Verification, verifyDerivative, verifyEqual } from './verify-answer.js';
import { type Equation, scanRoots, verifySolution } from './verify-solution.js';

export interface MathEngineOptions {
  /** How long a computer algebra system may think about one question, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** Fixes the random points at which answers are verified. @default 1 */
  readonly seed?: number;
}

type FoundAnswer = Verification & {
  readonly value: string;
  /** Which system gave it. */
  readonly source: SymbolicEngine;
};

/** An expression that answers, and whether it held at random points. */
export type MathAnswer = FoundAnswer & {
  /** Systems that were asked and gave nothing. */
  readonly failed: readonly FailedEngine[];
};

export interface FailedEngine {
  readonly source: SymbolicEngine;
  readonly reason: string;
}

/** Solutions of an equation. */
export type MathSolution = Verification & {
  /** Those that hold when they are put in. */
  readonly value: readonly string[];
  /** What the solver gave and what does not hold. */
  readonly rejected: readonly { readonly value: string; readonly reason: string }[];
  /** Real roots between -10 and 10 that a scan found and the solver did not give; absent when the equation holds other names. */
  readonly missedRoots?: readonly number[];
  readonly source: SymbolicEngine;
};

type Verify = (answer: SafeExpression) => Verification;

/** What the systems that were asked so far said. */
interface Findings {
  readonly answers: FoundAnswer[];
  readonly failed: FailedEngine[];
  /** The last time that one ran out of time. */
  interrupted?: CapabilityError;
}

/**
 * Symbolic mathematics in which every answer is computed at random points and compared before it is given. What is not verified
 * says so with the reason. Expressions hold numbers, names, `+ - * / ^` and the usual functions; `log` is natural.
 *
 * Every method throws CapabilityError BAD_INPUT for what is no such expression, NOT_FOUND when no system has an answer, INTERRUPTED
 * when they take longer than the timeout.
 */
export class MathEngine {
  readonly #worker: SymbolicWorker;
  readonly #seed: number;

  constructor(options: MathEngineOptions = {}) {
    this.#worker = new SymbolicWorker(options.timeoutMs ?? 5_000);
    this.#seed = options.seed ?? 1;
  }

  /** The shortest form of the same value that one of the two systems finds. */
  async simplify(expression: string): Promise<MathAnswer> {
    const original = await this.#parse(expression);
    const verify: Verify = (answer) => verifyEqual(original, answer, this.#seed);
    const findings: Findings = { answers: [], failed: [] };
    for (const engine of ['mathjs', 'nerdamer'] as const) {
      await this.#collect(findings, engine, 'simplify', original, '', verify);
    }
    return choose(findings, 'simplify', expression);
  }

  /** The derivative by a variable. */
  async derivative(expression: string, variable: string): Promise<MathAnswer> {
    const original = await this.#parse(expression);
    refuseVariable(variable);
    const verify: Verify = (answer) => verifyDerivative(original, answer, variable, this.#seed);
    const findings: Findings = { answers: [], failed: [] };
    await this.#collect(findings, 'mathjs', 'derivative', original, variable, verify);
    if (!findings.answers.some(({ verified }) => verified)) {
      await this.#collect(findings, 'nerdamer', 'derivative', original, variable, verify);
    }
    return choose(findings, 'differentiate', expression);
  }

  /** An antiderivative, without its constant. It is verified by differentiating it numerically. */
  async integrate(expression: string, variable: string): Promise<MathAnswer> {
    const original = await this.#parse(expression);
    refuseVariable(variable);
    const verify: Verify = (answer) => verifyDerivative(answer, original, variable, this.#seed);
    const findings: Findings = { answers: [], failed: [] };
    await this.#collect(findings, 'nerdamer', 'integrate', original, variable, verify);
    return choose(findings, 'integrate', expression);
  }

  /**
   * Solutions of an equation, or of an expression that is to be zero. Solutions that do not hold are told apart.
   *
   * @throws CapabilityError BAD_INPUT when every number solves it
   */
  async solve(equation: string, variable: string): Promise<MathSolution> {
    refuseVariable(variable);
    const sides = equation.split('=');
    if (sides.length > 2) throw new CapabilityError('BAD_INPUT', `"${equation}" has more than one "=".`);
    const left = await this.#parse(sides[0] ?? '');
    const right = await this.#parse(sides[1] ?? '0');
    if (!left.variables.has(variable) && !right.variables.has(variable)) {
      throw new CapabilityError('BAD_INPUT', `"${equation}" does not hold ${variable}.`);
    }
    if (verifyEqual(left, right, this.#seed).verified) {
      throw new CapabilityError('BAD_INPUT', `"${equation}" holds for every ${variable}.`);
    }
    const difference = await this.#parse(`(${left.text}) - (${right.text})`);
    const reply = await this.#ask('nerdamer', 'solve', difference, variable);
    if ('error' in reply || reply.values.length === 0) {
      const why = 'error' in reply ? reply.error : 'the solver finds none';
      throw new CapabilityError('NOT_FOUND', `No solution of "${equation}" was found: ${why}.`);
    }
    return this.#judgeSolutions({ left, right }, reply.values, variable);
  }

  /** Ends the thread of the computer algebra systems. */
  dispose(): Promise<void> {
    return this.#worker.dispose();
  }

  async #judgeSolutions(
    equation: Equation,
    values: readonly string[],
    variable: string,
  ): Promise<MathSolution> {
    const value: string[] = [];
    const rejected: { value: string; reason: string }[] = [];
    const numbers: Complex[] = [];
    let points = 0;
    for (const text of new Set(values)) {
      const solution = await this.#parseAnswer(text);
      const at =
        'reason' in solution || solution.variables.size > 0 ? undefined : solution.evaluate(new Map());
      // One root found from two starting points is one root.
      if (at !== undefined && numbers.some((known) => distance(known, at) <= 1e-9 * (1 + magnitude(at))))
        continue;
      const verification =
        'reason' in solution ? solution : verifySolution(equation, solution, variable, this.#seed);
      if (!verification.verified) {
        rejected.push({ value: text, reason: verification.reason });
        continue;
      }
      value.push(text);
      points += verification.points;
      if (at !== undefined) numbers.push(at);
    }
    const roots = scanRoots(equation, variable);
    const missed = roots?.filter(
      (root) => !numbers.some((known) => distance(known, { re: root, im: 0 }) < 1e-6),
    );
    return {
      ...(value.length > 0
        ? { verified: true, points }
        : { verified: false, reason: 'None of the solutions holds when it is put in.' }),
      value,
      rejected,
      ...(missed === undefined ? {} : { missedRoots: missed }),
      source: 'nerdamer',
    };
  }

  async #collect(
    findings: Findings,
    engine: SymbolicEngine,
    operation: SymbolicOperation,
    original: SafeExpression,
    variable: string,
    verify: Verify,
  ): Promise<void> {
    let reply: SymbolicReply;
    try {
      reply = await this.#ask(engine, operation, original, variable);
    } catch (error) {
      if (!(error instanceof CapabilityError && error.code === 'INTERRUPTED')) throw error;
      findings.interrupted = error;
      reply = { error: error.message };
    }
    if ('error' in reply) {
      findings.failed.push({ source: engine, reason: reply.error });
      return;
    }
    for (const value of reply.values) {
      // nerdamer gives a question that it cannot answer back as the answer.
      if (/\b(?:integrate|diff|defint|solve|simplify)\(/.test(value)) {
        findings.failed.push({ source: engine, reason: `It gives the question back: ${value}` });
        continue;
      }
      const answer = await this.#parseAnswer(value);
      findings.answers.push({ value, source: engine, ...('reason' in answer ? answer : verify(answer)) });
    }
  }

  #ask(
    engine: SymbolicEngine,
    operation: SymbolicOperation,
    expression: SafeExpression,
    variable: string,
  ): Promise<SymbolicReply> {
    return this.#worker.ask({ engine, operation, expression: expression.text, variable });
  }

  async #parse(text: string): Promise<SafeExpression> {
    return parseExpression(await loadMathjs(), text);
  }

  /** An answer that holds what cannot be computed here stays an answer, but not a verified one. */
  async #parseAnswer(text: string): Promise<SafeExpression | { verified: false; reason: string }> {
    const mathjs = await loadMathjs();
    try {
      return parseExpression(mathjs, text);
    } catch (error) {
      if (!(error instanceof CapabilityError)) throw error;
      return { verified: false, reason: `It cannot be computed: ${error.message}` };
    }
  }
}

/** Verified answers before others, shorter ones before longer ones. */
function choose({ answers, failed, interrupted }: Findings, doing: string, expression: string): MathAnswer {
  const [best] = [...answers].sort(
    (a, b) => Number(b.verified) - Number(a.verified) || a.value.length - b.value.length,
  );
  if (best !== undefined) return { ...best, failed };
  if (interrupted !== undefined) throw interrupted;
  const reasons = failed.map(({ source, reason }) => `${source}: ${reason}`).join('; ');
  throw new CapabilityError('NOT_FOUND', `No system could ${doing} "${expression.slice(0, 80)}". ${reasons}`);
}

function refuseVariable(variable: string): void {
  if (/^[a-zA-Z][a-zA-Z0-9_]*$/.test(variable) && !['e', 'pi', 'i'].includes(variable)) return;
  throw new CapabilityError('BAD_INPUT', `"${variable}" is not the name of a variable.`);
}
