import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import { guardState, openCapabilityState, type StateFile } from '../error_recovery/state-failure.js';
import { evaluateWarnings } from './evaluate-warnings.js';
import {
  deleteExamples,
  exampleSchema,
  exampleVersion,
  insertExample,
  storedExamples,
} from './example-store.js';
import { LearntPatterns } from './learnt-patterns.js';
import type {
  CheckOptions,
  Evaluation,
  Example,
  LabelledCase,
  LearnResult,
  LearntRule,
  Warning,
} from './mistake-types.js';
import { patternText } from './node-patterns.js';
import { parseSyntax, type SyntaxTree } from './syntax-tree.js';
import { type SuspectPlace, WarningIndex } from './warning-index.js';

export interface MistakeLearnerOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
  /** Estimated probability from which on a place is warned of, 0 to 1. @default 0.61 */
  readonly leastScore?: number;
}

interface Knowledge {
  readonly version: string;
  readonly learnt: LearntPatterns;
  index?: WarningIndex;
}

const mostMatchedCharacters = 200;
const mostSources = 5;

/**
 * Learns from wrong and right examples of a rule which structure is wrong, and warns of it in other code.
 * Patterns are subtrees at the places where a wrong example differs from its right one, with holes for made-up names;
 * one is used only while the right examples of all rules speak little enough against it.
 *
 * Sees syntax, directives in comments and the space around punctuation. Rules that depend on types, on the meaning of
 * names or on other files cannot be learnt this way; `learn` and `rules` say so. Examples are kept on disk and known to
 * every process with the same state.
 *
 * Every method throws CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED when the state cannot be used.
 */
export class MistakeLearner {
  readonly #file: StateFile;
  readonly #leastScore: number;
  readonly #database: Database;
  #knowledge: Knowledge | undefined;

  /** @throws CapabilityError BAD_INPUT when `leastScore` is not from 0 to 1 */
  constructor(options: MistakeLearnerOptions) {
    this.#leastScore = options.leastScore ?? 0.61;
    if (!(this.#leastScore >= 0 && this.#leastScore <= 1)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `leastScore is ${options.leastScore}. Give a number from 0 to 1.`,
      );
    }
    this.#file = { ...options, capability: 'mistake_learner' };
    this.#database = openCapabilityState(this.#file, exampleSchema);
  }

  /**
   * Keeps an example and tells what the rule's patterns are now, best first, or why it has none.
   *
   * @throws CapabilityError BAD_INPUT for an empty rule, or neither `bad` nor `good` code
   */
  learn(example: Example): LearnResult {
    refuseEmpty(example);
    this.#guard('learn an example', () => {
      const known = this.#known();
      const add = this.#database.transaction(() => {
        const before = exampleVersion(this.#database);
        const number = insertExample(this.#database, example);
        return { before, number, after: exampleVersion(this.#database) };
      });
      const { before, number, after } = add.immediate();
      if (before !== known.version) {
        this.#knowledge = undefined;
        return;
      }
      known.learnt.add({ ...example, number });
      this.#knowledge = { version: after, learnt: known.learnt };
    });
    const { learnt } = this.#guard('read its examples', () => this.#known());
    const { rule } = example;
    const cannotLearn = learnt.whyNotLearnt(rule);
    if (cannotLearn !== undefined) return { outcome: 'cannotLearn', rule, cannotLearn };
    const patterns = learnt.warningPatterns(rule).map(({ pattern, support, contradictions }) => ({
      pattern: patternText(pattern),
      support,
      contradictions,
    }));
    return { outcome: 'learnt', rule, patterns };
  }

  /** Places that look like wrong examples, in the order of the text. */
  check(code: string, options: CheckOptions = {}): readonly Warning[] {
    const known = this.#guard('read its examples', () => this.#known());
    const tree = parseSyntax(code, { isJsx: isJsx(options), withForms: false });
    return this.#suspects(known, tree)
      .toSorted((a, b) => a.node.start - b.node.start || b.score - a.score)
      .map((place) => toWarning(place, tree, code, known.learnt));
  }

  /** Counts warnings in labelled code: what is found, what is missed, and what is warned of without cause. */
  evaluate(cases: readonly LabelledCase[]): Evaluation {
    const known = this.#guard('read its examples', () => this.#known());
    const learnt = new Set(
      known.learnt.ruleNames().filter((rule) => known.learnt.whyNotLearnt(rule) === undefined),
    );
    return evaluateWarnings(
      cases,
      (code) =>
        new Set(this.#suspects(known, parseSyntax(code, { withForms: false })).map(({ rule }) => rule)),
      (rule) => learnt.has(rule),
    );
  }

  /** The rules taught, with what was learnt or why nothing was. */
  rules(): readonly LearntRule[] {
    const { learnt } = this.#guard('read its examples', () => this.#known());
    return learnt.ruleNames().map((rule) => {
      const { wrong, right } = learnt.exampleCounts(rule);
      const cannotLearn = learnt.whyNotLearnt(rule);
      return {
        rule,
        wrongExamples: wrong,
        rightExamples: right,
        patterns: learnt.warningPatterns(rule).length,
        ...(cannotLearn === undefined ? {} : { cannotLearn }),
      };
    });
  }

  /** Removes a rule with its examples; false when it was never taught. */
  forget(rule: string): boolean {
    this.#knowledge = undefined;
    return this.#guard('forget a rule', () => deleteExamples(this.#database, rule));
  }

  /** Closes the state. */
  dispose(): void {
    this.#database.close();
  }

  #suspects(known: Knowledge, tree: SyntaxTree): readonly SuspectPlace[] {
    known.index ??= new WarningIndex(known.learnt);
    return known.index.suspectPlaces(tree.root, this.#leastScore);
  }

  /** What the examples on disk teach; read again when another process changed them. */
  #known(): Knowledge {
    const version = exampleVersion(this.#database);
    if (this.#knowledge?.version === version) return this.#knowledge;
    const learnt = new LearntPatterns();
    for (const example of storedExamples(this.#database)) learnt.add(example);
    this.#knowledge = { version, learnt };
    return this.#knowledge;
  }

  #guard<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, operation);
  }
}

function refuseEmpty({ rule, bad, good }: Example): void {
  if (rule.trim() === '') throw new CapabilityError('BAD_INPUT', 'An example needs the name of its rule.');
  const sides = [bad, good].filter((side) => side !== undefined);
  if (sides.length > 0 && sides.every((side) => side.trim() !== '')) return;
  throw new CapabilityError(
    'BAD_INPUT',
    `The example of rule "${rule}" has no code. Give \`bad\`, \`good\`, or best both.`,
  );
}

function isJsx({ path, language }: CheckOptions): boolean | undefined {
  if (language !== undefined) return /^[jt]sx$/iu.test(language);
  if (path === undefined) return undefined;
  // A .js file may hold elements too, so that only TypeScript's extensions decide.
  return /\.[jt]sx$/iu.test(path) ? true : /\.[cm]?ts$/iu.test(path) ? false : undefined;
}

function toWarning(place: SuspectPlace, tree: SyntaxTree, code: string, learnt: LearntPatterns): Warning {
  const { rule, best, node, score } = place;
  const start = tree.file.getLineAndCharacterOfPosition(node.start);
  const end = tree.file.getLineAndCharacterOfPosition(node.end);
  return {
    rule,
    message: `This looks like what "${rule}" calls wrong: ${patternText(best.pattern)} is in ${best.support} of its ${best.wrongExamples} wrong examples and in ${best.contradictions} right ones.`,
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
    matchedText: code.slice(node.start, Math.min(node.end, node.start + mostMatchedCharacters)),
    score,
    learntFrom: learnt.sources(rule, best.pattern).slice(0, mostSources),
  };
}
