import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import { wilsonInterval } from '../../wilson-interval.js';
import { guardState, openCapabilityState, type StateFile } from '../error_recovery/state-failure.js';
import { questions } from './conventions.js';
import { findPhrase, findPhrases, readTokens } from './phrases.js';
import {
  addContradictions,
  conventionSources,
  type EvidenceRow,
  evidenceRows,
  insertReview,
  phraseRows,
  reviewSchema,
} from './review-store.js';
import type { Deviation, IngestResult, PhraseRule, Review, StyleGuide, StyleRule } from './review-types.js';
import { StyleFeatures } from './style-features.js';

export interface CodeReviewLearnerOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
  /** Places that a convention needs before it counts without having been taught. @default 10 */
  readonly leastSupport?: number;
  /** Lower end of the interval of its confidence that it needs, 0 to 1. @default 0.85 */
  readonly leastConfidence?: number;
}

const mostSources = 5;
const conventions = new Map(
  questions.flatMap(({ answers }) => answers.map((answer) => [answer.id, answer] as const)),
);

/**
 * Learns the style of a codebase from accepted code and from what reviews changed, and finds what departs from it.
 * Questions of style are put by rules of ESLint, each with contrary answers; an answer becomes a convention when the accepted
 * code keeps to it, or when a review corrected code to it. What a review replaced is known as a phrase of tokens as well.
 * Kept on disk. It does not know what code means: a change of behaviour teaches nothing but its phrases.
 *
 * Every method throws CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED when the state cannot be used.
 */
export class CodeReviewLearner {
  readonly #file: StateFile;
  readonly #database: Database;
  readonly #leastSupport: number;
  readonly #leastConfidence: number;
  #features: Promise<StyleFeatures> | undefined;

  /** @throws CapabilityError BAD_INPUT when a threshold is out of range */
  constructor(options: CodeReviewLearnerOptions) {
    this.#leastSupport = options.leastSupport ?? 10;
    this.#leastConfidence = options.leastConfidence ?? 0.85;
    if (!(this.#leastSupport >= 1 && this.#leastConfidence > 0.5 && this.#leastConfidence < 1)) {
      throw new CapabilityError(
        'BAD_INPUT',
        'leastSupport begins at 1, leastConfidence lies between 0.5 and 1.',
      );
    }
    this.#file = { ...options, capability: 'code_review_learner' };
    this.#database = openCapabilityState(this.#file, reviewSchema);
  }

  /**
   * Learns from a review, or from code that is simply accepted. It is on disk when the promise resolves.
   *
   * @throws CapabilityError BAD_INPUT for code that cannot be parsed
   */
  async ingest(review: Review): Promise<IngestResult> {
    const { before, after, comments = [], path = '', source = path === '' ? 'unnamed' : path } = review;
    const features = await this.#load();
    const evidence = features.read(after, path);
    const stillBroken = new Map(evidence.map(({ convention, broken }) => [convention.id, broken.length]));
    const keptAfter = new Map(evidence.map(({ convention, kept }) => [convention.id, kept]));
    const taught = new Set(
      (before === undefined ? [] : features.read(before, path))
        // Code that was only deleted says nothing: what was broken must now be kept.
        .filter(
          ({ convention: { id }, broken, kept }) =>
            broken.length > (stillBroken.get(id) ?? 0) && (keptAfter.get(id) ?? 0) > kept,
        )
        .map(({ convention }) => convention.id),
    );
    const { phrases, notLearnt } =
      before === undefined ? { phrases: [], notLearnt: [] } : findPhrases(before, after, path);
    const tokens = readTokens(after, path);
    this.#guard('keep a review', () =>
      this.#database
        .transaction(() => {
          for (const phrase of new Set(phraseRows(this.#database).map((row) => row.before))) {
            const places = findPhrase(tokens, phrase).length;
            if (places > 0) addContradictions(this.#database, phrase, places);
          }
          insertReview(this.#database, { source, comments, evidence, taught, phrases });
        })
        .immediate(),
    );
    return {
      places: evidence.reduce((sum, { kept, broken }) => sum + kept + broken.length, 0),
      taught: [...taught].sort(),
      corrections: phrases,
      notLearnt,
    };
  }

  /** The conventions that hold, the phrases that were replaced, and the questions that are open. */
  styleGuide(): StyleGuide {
    return this.#guard('read its evidence', () => {
      const rules = evidenceRows(this.#database).flatMap((row) => this.#toRule(row));
      const holds = (rule: StyleRule): boolean =>
        (rule.support >= this.#leastSupport && rule.confidenceLow >= this.#leastConfidence) ||
        // One correction is enough, unless most of the code does the contrary.
        (rule.corrections > 0 && rule.confidence > 0.5);
      const bySupport = (a: StyleRule, b: StyleRule): number =>
        b.support - a.support || (a.id < b.id ? -1 : 1);
      return {
        rules: rules.filter(holds).sort(bySupport),
        corrections: this.#phraseRules(),
        undecided: rules.filter((rule) => !holds(rule) && rule.confidence >= 0.5).sort(bySupport),
      };
    });
  }

  /**
   * Places that depart from the conventions or hold a phrase that was replaced, in the order of the text.
   *
   * @throws CapabilityError BAD_INPUT for code that cannot be parsed
   */
  async check(code: string, options: { readonly path?: string } = {}): Promise<readonly Deviation[]> {
    const features = await this.#load();
    const { rules, corrections } = this.styleGuide();
    const known = new Map(rules.map((rule) => [rule.id, rule]));
    const deviations = features.read(code, options.path ?? '').flatMap(({ convention, broken }) => {
      const rule = known.get(convention.id);
      return rule === undefined ? [] : broken.map((place) => ({ ...place, ...describeRule(rule) }));
    });
    const tokens = readTokens(code, options.path);
    const lines = lineStarts(code);
    for (const phrase of corrections) {
      const confidence = phrase.support / (phrase.support + phrase.contradictions);
      if (confidence < 0.5) continue;
      for (const [start, end] of findPhrase(tokens, phrase.before)) {
        deviations.push({ ...placeOf(lines, start, end), ...describePhrase(phrase, confidence) });
      }
    }
    return deviations.sort((a, b) => a.line - b.line || a.column - b.column);
  }

  /** Closes the state. */
  dispose(): void {
    this.#database.close();
  }

  #toRule({ convention: id, kept, broken, texts, corrections }: EvidenceRow): readonly StyleRule[] {
    const convention = conventions.get(id);
    // Evidence of a question that this version no longer asks.
    if (convention === undefined) return [];
    const support = kept + broken;
    return [
      {
        id,
        statement: convention.statement,
        support,
        confidence: support === 0 ? 0 : kept / support,
        confidenceLow: wilsonInterval(kept, support)[0],
        texts,
        corrections,
        sources: conventionSources(this.#database, id, mostSources),
      },
    ];
  }

  #phraseRules(): readonly PhraseRule[] {
    const rules = new Map<
      string,
      { sources: Set<string>; comments: Set<string>; rule: Omit<PhraseRule, 'sources' | 'comments'> }
    >();
    for (const { before, after, source, comments, contradictions } of phraseRows(this.#database)) {
      const key = `${before}\n${after}`;
      const known = rules.get(key);
      const support = (known?.rule.support ?? 0) + 1;
      rules.set(key, {
        rule: { before, after, support, contradictions },
        sources: new Set([...(known?.sources ?? []), source]),
        comments: new Set([...(known?.comments ?? []), ...(JSON.parse(comments) as string[])]),
      });
    }
    return [...rules.values()].map(({ rule, sources, comments }) => ({
      ...rule,
      sources: [...sources].slice(0, mostSources),
      comments: [...comments],
    }));
  }

  #load(): Promise<StyleFeatures> {
    this.#features ??= StyleFeatures.load();
    return this.#features;
  }

  #guard<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, operation);
  }
}

function describeRule(
  rule: StyleRule,
): Pick<Deviation, 'rule' | 'message' | 'support' | 'confidence' | 'learntFrom'> {
  const taught = rule.corrections > 0 ? `, corrected in ${rule.corrections} reviews` : '';
  const kept = Math.round(rule.support * rule.confidence);
  return {
    rule: rule.id,
    message: `${rule.statement}: so in ${kept} of ${rule.support} places in ${rule.texts} texts${taught}.`,
    support: rule.support,
    confidence: rule.confidence,
    learntFrom: rule.sources,
  };
}

function describePhrase(
  phrase: PhraseRule,
  confidence: number,
): Pick<Deviation, 'rule' | 'message' | 'support' | 'confidence' | 'learntFrom'> {
  const change = phrase.after === '' ? 'was removed' : `was replaced by "${phrase.after}"`;
  const said = phrase.comments[0] === undefined ? '' : ` It was said: ${phrase.comments[0]}`;
  return {
    rule: 'correction',
    message: `"${phrase.before}" ${change} in ${phrase.support} reviews.${said}`,
    support: phrase.support,
    confidence,
    learntFrom: phrase.sources,
  };
}

function lineStarts(code: string): readonly number[] {
  return [0, ...Array.from(code.matchAll(/\n/gu), ({ index }) => index + 1)];
}

function placeOf(lines: readonly number[], start: number, end: number) {
  const at = (offset: number) => {
    const line = lines.findLastIndex((first) => first <= offset);
    return { line: line + 1, column: offset - (lines[line] ?? 0) + 1 };
  };
  const last = at(end);
  return { ...at(start), endLine: last.line, endColumn: last.column };
}
