import { offlineProvider } from 'vitest-realworld-hub';
import type { CapabilityWorkload } from './capability-workload.js';

/** Six scripted models are asked for a sum; four know it and put it differently, one is wrong, one fails. */
export const multiAiWorkload: CapabilityWorkload = {
  capability: 'multi_ai',
  paceMs: 2_000,
  weight: 'light',
  prepare: ({ hub, seed, signal }) => {
    const sumOf = (prompt: string): number =>
      [...prompt.matchAll(/\d+/g)].reduce((sum, [digits]) => sum + Number(digits), 0);
    const providers = [
      offlineProvider('plain', { answer: (prompt) => String(sumOf(prompt)) }),
      offlineProvider('quoted', { answer: (prompt) => `"${sumOf(prompt)}".` }),
      offlineProvider('grouped', { answer: (prompt) => sumOf(prompt).toLocaleString('en-US') }),
      offlineProvider('fenced', { answer: (prompt) => `\`\`\`\n${sumOf(prompt)}\n\`\`\`` }),
      offlineProvider('wrong', { answer: (prompt) => String(sumOf(prompt) + 1) }),
      offlineProvider('broken', { failure: 'no capacity' }),
    ];
    return {
      round: async (number) => {
        const [one, other] = [1_000 + (seed % 1_000), number];
        const { answers } = await hub.multi_ai.ask(`What is ${one} + ${other}?`, providers, { signal });
        const { outcome, winner, supporters, dissent, silent } = hub.multi_ai.consensus(answers);
        const said = JSON.stringify({ outcome, winner, supporters, dissent, silent });
        if (outcome !== 'majority' || supporters.length !== 4)
          throw new Error(`No majority of four: ${said}`);
        if (Number(winner?.replace(/[^\d]/g, '')) !== one + other)
          throw new Error(`The sum is wrong: ${said}`);
        if (dissent[0]?.providers[0] !== 'offline:wrong' || silent[0]?.provider !== 'offline:broken') {
          throw new Error(`Who disagrees or fails is not named: ${said}`);
        }
      },
    };
  },
};
