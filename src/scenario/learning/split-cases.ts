import { RealWorldError } from '../../errors.js';
import { type Random, shuffle } from '../../seeded-random.js';
import { requireFunction, requireList } from '../engine-options.js';

/** Cases to teach and cases that are kept back to judge by. */
export interface CaseSplit<Case> {
  readonly teach: Case[];
  readonly holdOut: Case[];
}

/** What a share of cases that are taught and judged by at once does to an evaluation. */
export interface LeakageResult {
  /** Keys that are on both sides. */
  readonly keys: readonly string[];
  readonly leakedHoldOutCases: number;
  /** Share of the held-out cases whose key was taught too, 0 to 1; null when nothing was held out. */
  readonly shareOfHoldOut: number | null;
  /** Same key more than once within one side: such cases count twice. */
  readonly repeatedInTeach: number;
  readonly repeatedInHoldOut: number;
  readonly verdict: 'clean' | 'leaking' | 'inconclusive';
}

/** Shuffles cases and cuts them. @param teachShare between 0 and 1, both excluded */
export function splitCases<Case>(
  cases: readonly Case[],
  teachShare: number,
  random: Random,
): CaseSplit<Case> {
  requireShare('learning.split', teachShare);
  const shuffled = shuffle(cases, random);
  const border = Math.round(shuffled.length * teachShare);
  return { teach: shuffled.slice(0, border), holdOut: shuffled.slice(border) };
}

/**
 * Splits whole groups, so that what cases of one group share is not taught and judged by at once. Groups are taken in drawn
 * order for as long as they bring the taught share closer to what was asked for; both sides get at least one.
 *
 * @throws RealWorldError `ENGINE_INVALID` when there are not two groups
 */
export function splitGroups<Case>(
  cases: readonly Case[],
  teachShare: number,
  groupOf: (subject: Case) => string,
  random: Random,
): CaseSplit<Case> {
  requireShare('learning.splitByGroup', teachShare);
  const groups = shuffle([...groupCases(cases, groupOf).values()], random);
  if (groups.length < 2) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `learning.splitByGroup() needs cases of at least 2 groups, one for each side; there are ${groups.length}.`,
    );
  }
  const wanted = cases.length * teachShare;
  const teach: Case[] = [];
  const holdOut: Case[] = [];
  groups.forEach((group, index) => {
    const closer = Math.abs(teach.length + group.length - wanted) < Math.abs(teach.length - wanted);
    const lastChance = index === groups.length - 1 && holdOut.length === 0;
    if ((closer || (index === groups.length - 1 && teach.length === 0)) && !lastChance) teach.push(...group);
    else holdOut.push(...group);
  });
  return { teach, holdOut };
}

/**
 * Cuts cases into folds: each case is held out once. With `groupOf` the cases of one group stay together, the largest groups
 * placed first into the emptiest fold.
 *
 * @throws RealWorldError `ENGINE_INVALID` for less than 2 folds or more than there are cases (or groups)
 */
export function foldCases<Case>(
  cases: readonly Case[],
  folds: number,
  random: Random,
  groupOf?: (subject: Case) => string,
): CaseSplit<Case>[] {
  requireList('learning.folds', 'cases', cases);
  if (groupOf !== undefined) requireFunction('learning.folds', 'groupOf', groupOf);
  const groups =
    groupOf === undefined ? cases.map((subject) => [subject]) : [...groupCases(cases, groupOf).values()];
  if (!Number.isInteger(folds) || folds < 2 || folds > groups.length) {
    throw new RealWorldError(
      'ENGINE_INVALID',
      `learning.folds(cases, ${folds}) needs a whole number from 2 to the number of ${groupOf === undefined ? 'cases' : 'groups'}, which is ${groups.length}.`,
    );
  }
  const placed: Case[][] = Array.from({ length: folds }, () => []);
  const drawn = shuffle(groups, random).sort((left, right) => right.length - left.length);
  for (const group of drawn) {
    const emptiest = placed.reduce((least, fold) => (fold.length < least.length ? fold : least));
    emptiest.push(...group);
  }
  return placed.map((holdOut) => ({ teach: placed.filter((fold) => fold !== holdOut).flat(), holdOut }));
}

/** Looks for cases that are on both sides, by a key that says which cases are the same. */
export function findLeakage<Case>(
  { teach, holdOut }: { readonly teach: readonly Case[]; readonly holdOut: readonly Case[] },
  keyOf: (subject: Case) => string,
): LeakageResult {
  requireFunction('learning.checkLeakage', 'keyOf', keyOf);
  const taught = new Set(teach.map(keyOf));
  const heldOut = holdOut.map(keyOf);
  const leaked = heldOut.filter((key) => taught.has(key));
  const nothingToCompare = teach.length === 0 || holdOut.length === 0;
  return {
    keys: [...new Set(leaked)],
    leakedHoldOutCases: leaked.length,
    shareOfHoldOut: holdOut.length === 0 ? null : leaked.length / holdOut.length,
    repeatedInTeach: teach.length - taught.size,
    repeatedInHoldOut: holdOut.length - new Set(heldOut).size,
    verdict: nothingToCompare ? 'inconclusive' : leaked.length > 0 ? 'leaking' : 'clean',
  };
}

function groupCases<Case>(cases: readonly Case[], groupOf: (subject: Case) => string): Map<string, Case[]> {
  requireFunction('learning.splitByGroup', 'groupOf', groupOf);
  const groups = new Map<string, Case[]>();
  for (const subject of cases) {
    const group = groups.get(groupOf(subject));
    if (group === undefined) groups.set(groupOf(subject), [subject]);
    else group.push(subject);
  }
  return groups;
}

function requireShare(call: string, teachShare: number): void {
  if (teachShare > 0 && teachShare < 1) return;
  throw new RealWorldError('ENGINE_INVALID', `${call}(cases, ${teachShare}) needs a share between 0 and 1.`);
}
