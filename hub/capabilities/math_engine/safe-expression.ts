import type { MathNode } from 'mathjs';
import { CapabilityError } from '../../errors.js';

/** A number of the complex plane. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** An expression of numbers, names, `+ - * / ^` and known functions: it can only be computed, nothing else. */
export interface SafeExpression {
  /** With every multiplication written out. */
  readonly text: string;
  /** Names that are neither constants nor functions. */
  readonly variables: ReadonlySet<string>;
  /** Number of its parts. */
  readonly size: number;
  /** The value at a point; undefined where it has none that is finite. */
  evaluate(point: ReadonlyMap<string, number | Complex>): Complex | undefined;
}

const charactersMax = 1_000;
const constants = new Set(['e', 'pi', 'i']);
const operators = new Set(['add', 'subtract', 'multiply', 'divide', 'pow', 'unaryMinus', 'unaryPlus']);
const functions = new Set(
  'sin cos tan sec csc cot asin acos atan sinh cosh tanh asinh acosh atanh exp log sqrt abs erf'.split(' '),
);

type Mathjs = typeof import('mathjs');
let loading: Promise<Mathjs> | undefined;

/** Loads mathjs once, when it is first asked for. */
export function loadMathjs(): Promise<Mathjs> {
  loading ??= import('mathjs');
  return loading;
}

/**
 * Reads an expression. `ln` is taken for `log`, both natural.
 *
 * @throws CapabilityError BAD_INPUT for what is no such expression, or has more than 1,000 characters
 */
export function parseExpression(mathjs: Mathjs, text: string): SafeExpression {
  if (text.length > charactersMax) {
    throw new CapabilityError('BAD_INPUT', `An expression has ${text.length} characters, more than 1000.`);
  }
  const node = parseNode(mathjs, text);
  const variables = new Set<string>();
  let size = 0;
  node.traverse((part, path, parent) => {
    size += 1;
    const isCalled = mathjs.isFunctionNode(parent) && path === 'fn';
    const refusal = isCalled ? undefined : refuse(mathjs, part);
    if (refusal !== undefined) {
      throw new CapabilityError('BAD_INPUT', `"${text.slice(0, 80)}" holds ${refusal}.`);
    }
    if (mathjs.isSymbolNode(part) && !isCalled && !constants.has(part.name)) variables.add(part.name);
  });
  const code = node.compile();
  return {
    text: node.toString({ implicit: 'show', parenthesis: 'auto' }),
    variables,
    size,
    evaluate: (point) => {
      const scope = new Map<string, unknown>();
      for (const [name, value] of point) {
        scope.set(name, typeof value === 'number' ? value : mathjs.complex(value.re, value.im));
      }
      return toFinite(mathjs, code.evaluate(scope));
    },
  };
}

function parseNode(mathjs: Mathjs, text: string): MathNode {
  try {
    return mathjs.parse(text).transform((part) => {
      const isLn = mathjs.isFunctionNode(part) && mathjs.isSymbolNode(part.fn) && part.fn.name === 'ln';
      return isLn ? new mathjs.FunctionNode('log', part.args) : part;
    });
  } catch (cause) {
    throw new CapabilityError('BAD_INPUT', `"${text.slice(0, 80)}" is no expression: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

/** What is not allowed about a part, undefined when nothing is. */
function refuse(mathjs: Mathjs, part: MathNode): string | undefined {
  if (mathjs.isConstantNode(part)) {
    return typeof part.value === 'number' && Number.isFinite(part.value) ? undefined : `${part}, no number`;
  }
  if (mathjs.isSymbolNode(part)) {
    const isName = /^[a-zA-Z][a-zA-Z0-9_]*$/.test(part.name);
    if (functions.has(part.name)) return `the function ${part.name} without an argument`;
    return isName ? undefined : `the name ${part.name}`;
  }
  if (mathjs.isParenthesisNode(part)) return undefined;
  if (mathjs.isOperatorNode(part)) return operators.has(part.fn) ? undefined : `the operator ${part.op}`;
  if (mathjs.isFunctionNode(part)) {
    const name = mathjs.isSymbolNode(part.fn) ? part.fn.name : 'without a name';
    if (!functions.has(name)) return `the function ${name}, which is not known here`;
    return part.args.length === 1 ? undefined : `${name} with ${part.args.length} arguments`;
  }
  return `a ${part.type}`;
}

function toFinite(mathjs: Mathjs, value: unknown): Complex | undefined {
  const found =
    typeof value === 'number'
      ? { re: value, im: 0 }
      : mathjs.isComplex(value)
        ? { re: value.re, im: value.im }
        : undefined;
  return found !== undefined && Number.isFinite(found.re) && Number.isFinite(found.im) ? found : undefined;
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
