import { taughtPatterns, teachPatterns, vulnerableSource } from '../support/workspace-editor.js';
import type { CapabilityWorkload } from './capability-workload.js';

/** Code with a taught mistake, and code with a hole: both are told, each with who said so. */
export const codeAssistantWorkload: CapabilityWorkload = {
  capability: 'code_assistant',
  paceMs: 3_000,
  weight: 'heavy',
  prepare: async ({
    hub: { code_assistant: assistant, code_search: search, mistake_learner: learner },
    scratchDirectory,
  }) => {
    const known = new Set(learner.rules().map(({ rule }) => rule));
    if (!taughtPatterns.every(({ rule }) => known.has(rule))) teachPatterns(learner);
    if (search.stats().root === undefined) await search.index(scratchDirectory);
    return {
      round: async (number) => {
        const pattern = taughtPatterns[number % taughtPatterns.length];
        if (pattern === undefined) return;
        const options = { path: `assisted-${number}.js`, limit: 5 };
        const { warnings } = await assistant.assist(pattern.wrong(`Round${number}`), options);
        if (warnings.outcome !== 'answered' || !warnings.items.some(({ rule }) => rule === pattern.rule))
          throw new Error(`The assistant did not warn of "${pattern.rule}".`);
        const { security } = await assistant.assist(vulnerableSource(`Round${number}`), options);
        if (
          security.outcome !== 'answered' ||
          !security.items.some(({ cwe, source }) => cwe === 'CWE-78' && source === 'security_scanner')
        )
          throw new Error('The assistant did not tell of user input in a command, from the scanner.');
      },
    };
  },
};
