import type { CapabilityWorkload } from './capability-workload.js';

/** Keeps results alive, so that the compiler cannot leave the work out. */
let kept = 0;

function plantedHotFunction(rounds: number): number {
  let sum = 0;
  for (let number = 1; number < rounds; number += 1) sum += Math.sqrt(number) * Math.sin(number);
  return sum;
}

function plantedMildFunction(rounds: number): number {
  let sum = 0;
  for (let number = 1; number < rounds; number += 1) sum += Math.sqrt(number) * Math.cos(number);
  return sum;
}

/** Profiles work of which one function takes eight times as long as the other, and asks which it is. */
export const performanceProfilerWorkload: CapabilityWorkload = {
  capability: 'performance_profiler',
  paceMs: 3_000,
  weight: 'heavy',
  prepare: ({ hub, signal }) => ({
    round: async () => {
      const profile = await hub.performance_profiler.profile(
        () => {
          kept += plantedHotFunction(400_000) + plantedMildFunction(50_000);
        },
        { name: 'planted', iterations: 4, signal },
      );
      const own = profile.functions.filter(({ name }) => name.startsWith('planted'));
      if (own[0]?.name !== 'plantedHotFunction' || !Number.isFinite(kept)) {
        throw new Error(`The hottest planted function is said to be ${own[0]?.name ?? 'none'}.`);
      }
    },
  }),
};
