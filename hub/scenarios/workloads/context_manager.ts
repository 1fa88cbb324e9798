import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextManager } from '../../capabilities/context_manager/index.js';
import type { CapabilityWorkload } from './capability-workload.js';

const budgets = [500, 1_000, 2_000] as const;
const facts = ['The release is frozen on Thursday.', 'Only Mara may sign the certificate.'] as const;

/** Fits paragraphs of the codebase's own texts into budgets; what matters most has to be in every one of them. */
export const contextManagerWorkload: CapabilityWorkload = {
  capability: 'context_manager',
  paceMs: 2_000,
  weight: 'light',
  async prepare({ hub, root }) {
    const context: ContextManager = hub.context_manager;
    const ids = readParagraphs(root).map((text, at) => context.add(text, (at % 10) / 20).id);
    for (const fact of facts) ids.push(context.add(fact, 1, { source: 'workload' }).id);
    // Loads the vocabulary and counts every paragraph once, which no round has to wait for.
    await context.stats();
    return {
      async round(number) {
        const budget = budgets[number % budgets.length] ?? budgets[0];
        const { text, tokens, kept, dropped } = await context.fit(budget);
        if (tokens > budget) throw new Error(`${tokens} tokens exceed a budget of ${budget}`);
        const lost = facts.find((fact) => !text.includes(fact));
        if (lost !== undefined) throw new Error(`the most important chunk was dropped: ${lost}`);
        const mine = new Set(ids);
        const seen = [...kept, ...dropped.map(({ id }) => id)].filter((id) => mine.has(id)).length;
        if (seen !== ids.length) throw new Error(`${ids.length - seen} chunks are neither kept nor dropped`);
      },
      release() {
        for (const id of ids) context.remove(id);
      },
    };
  },
};

/** Up to 200 paragraphs of the files that lie in the root itself. */
function readParagraphs(root: string): readonly string[] {
  const files = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\.(md|json|[cm]?[jt]s)$/i.test(entry.name),
  );
  return files
    .flatMap(({ name }) =>
      readFileSync(join(root, name), 'utf8')
        .slice(0, 65_536)
        .split(/\n\s*\n/),
    )
    .map((paragraph) => paragraph.trim().slice(0, 1_500))
    .filter((paragraph) => paragraph !== '')
    .slice(0, 200);
}
