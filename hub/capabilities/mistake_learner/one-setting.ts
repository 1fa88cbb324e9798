import type { LabelledSnippet } from './labelled-snippets.js';

/**
 * Of each rule the snippets of one setting, as a project has it: the default if it has snippets of both labels, else the
 * setting with the most. A document calls the same code wrong under one option and right under another; taught together
 * they contradict each other.
 */
export function oneSettingPerRule(snippets: readonly LabelledSnippet[]): readonly LabelledSnippet[] {
  return [...groupBy(snippets, ({ rule }) => rule).values()].flatMap((ofRule) => {
    const settings = [...groupBy(ofRule, ({ option }) => option ?? '').entries()];
    const complete = settings.filter(
      ([, of]) => of.some(({ label }) => label === 'wrong') && of.some(({ label }) => label === 'right'),
    );
    const chosen =
      complete.find(([option]) => option === '') ??
      complete.toSorted(([, a], [, b]) => b.length - a.length)[0];
    return chosen?.[1] ?? [];
  });
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const known = groups.get(keyOf(item));
    if (known === undefined) groups.set(keyOf(item), [item]);
    else known.push(item);
  }
  return groups;
}
