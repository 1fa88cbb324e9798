import { bootstrapInterval, type Interval } from '../../analysis/statistics/bootstrap-interval.js';
import type { EngineContext } from '../engine-context.js';
import {
  requireFunction,
  requireKnownOptions,
  requireList,
  requireName,
  requireWhole,
} from '../engine-options.js';
import { sharesWord } from './shared-words.js';

export interface RankedQuery {
  readonly query: string;
  /** Ids of what should be found. */
  readonly relevant: readonly string[];
  /** What the answer says, for finding out which queries share no word with it. */
  readonly answerText?: string;
}

export interface RankOptions {
  /** How many results count for recall@k. @default 10 */
  readonly k?: number;
  /** Words of a query or answer; left out, see `wordsOf`. */
  readonly wordsOf?: (text: string) => readonly string[];
}

/** A mean over queries with its bootstrap interval; both null when there are no queries. */
export interface RankMean {
  readonly value: number | null;
  readonly interval: Interval | null;
}

export interface RankFigures {
  readonly queries: number;
  /** Mean of 1 / rank of the first relevant result, 0 where there is none. */
  readonly meanReciprocalRank: RankMean;
  /** Mean share of the relevant ids among the first k results. */
  readonly recallAtK: RankMean;
}

export interface RankEvaluation extends RankFigures {
  readonly k: number;
  /** Queries that share no word with the answer: a search by words alone cannot find it. */
  readonly withoutSharedWord: RankFigures;
  readonly withSharedWord: RankFigures;
  /** Queries for which nothing relevant was found at all. */
  readonly missed: readonly string[];
  readonly interrupted: boolean;
  readonly verdict: 'measured' | 'inconclusive';
}

interface RankedOutcome {
  readonly query: RankedQuery;
  readonly reciprocalRank: number;
  readonly recall: number;
}

/** Fewer queries than this have no interval worth the name. */
const queriesMin = 5;

/** Asks a search for what it should find and measures how far up it stands. */
export async function evaluateRanking(
  context: EngineContext,
  capability: string,
  queries: readonly RankedQuery[],
  search: (query: string) => readonly string[] | Promise<readonly string[]>,
  options: RankOptions = {},
): Promise<RankEvaluation> {
  const call = 'learning.rank';
  requireName(call, 'capability', capability);
  requireList(call, 'queries', queries);
  requireFunction(call, 'search', search);
  requireKnownOptions(call, options, ['k', 'wordsOf']);
  const { k = 10, wordsOf } = options;
  requireWhole(call, 'k', k);
  if (wordsOf !== undefined) requireFunction(call, 'wordsOf', wordsOf);
  for (const query of queries) {
    requireKnownOptions(call, query, ['query', 'relevant', 'answerText']);
    requireList(call, 'relevant', query.relevant.length === 0 ? null : query.relevant);
  }
  const outcomes: RankedOutcome[] = [];
  for (const query of queries) {
    if (context.signal.aborted) break;
    const found = await search(query.query);
    requireList(call, 'the result of search', found);
    outcomes.push(rankQuery(query, found, k));
  }
  const interrupted = outcomes.length < queries.length;
  const judge = (some: readonly RankedOutcome[]): RankFigures => summarize(some, context);
  const known = outcomes.filter(({ query }) => query.answerText !== undefined);
  const overlaps = (outcome: RankedOutcome): boolean =>
    sharesWord(outcome.query.query, outcome.query.answerText ?? '', wordsOf);
  const evaluation: RankEvaluation = {
    ...judge(outcomes),
    k,
    withoutSharedWord: judge(known.filter((outcome) => !overlaps(outcome))),
    withSharedWord: judge(known.filter(overlaps)),
    missed: outcomes.filter(({ reciprocalRank }) => reciprocalRank === 0).map(({ query }) => query.query),
    interrupted,
    verdict: outcomes.length === 0 || interrupted ? 'inconclusive' : 'measured',
  };
  recordRanking(context, capability, evaluation);
  return evaluation;
}

function rankQuery(query: RankedQuery, found: readonly string[], k: number): RankedOutcome {
  const ids = [...new Set(found)];
  const relevant = new Set(query.relevant);
  const first = ids.findIndex((id) => relevant.has(id));
  const among = ids.slice(0, k).filter((id) => relevant.has(id)).length;
  return { query, reciprocalRank: first === -1 ? 0 : 1 / (first + 1), recall: among / relevant.size };
}

function summarize(outcomes: readonly RankedOutcome[], { random }: EngineContext): RankFigures {
  const meanOf = (values: readonly number[]): RankMean => ({
    value: values.length === 0 ? null : mean(values),
    interval:
      values.length < queriesMin
        ? null
        : bootstrapInterval([values], ([sample = []]) => mean(sample), { random }),
  });
  return {
    queries: outcomes.length,
    meanReciprocalRank: meanOf(outcomes.map(({ reciprocalRank }) => reciprocalRank)),
    recallAtK: meanOf(outcomes.map(({ recall }) => recall)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function recordRanking({ recorder }: EngineContext, capability: string, evaluation: RankEvaluation): void {
  const { k } = evaluation;
  const slices = [
    ['all', evaluation],
    ['no_shared_word', evaluation.withoutSharedWord],
  ] as const;
  for (const [slice, figures] of slices) {
    const ending = slice === 'all' ? '' : `_${slice}`;
    for (const [name, { value, interval }] of [
      ['mrr', figures.meanReciprocalRank],
      ['recall_at_k', figures.recallAtK],
    ] as const) {
      if (value === null) continue;
      recorder.recordMetric(`${name}${ending}`, value, 'share', {
        capability,
        context: { cases: figures.queries, k, ...interval },
      });
    }
  }
  if (evaluation.verdict === 'measured') return;
  recorder.recordIssue({
    severity: 'medium',
    capability,
    issueType: 'inconclusive',
    description: `The ranking of ${capability} shows nothing for certain: ${evaluation.queries} queries were asked.`,
  });
}
