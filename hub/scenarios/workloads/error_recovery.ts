import type { CapabilityWorkload } from './capability-workload.js';

/** A run of three steps whose second fails the first time, and is resumed where it failed. */
export const errorRecoveryWorkload: CapabilityWorkload = {
  capability: 'error_recovery',
  paceMs: 2_000,
  weight: 'light',
  prepare: ({ hub: { error_recovery: recovery }, seed }) => ({
    round: async (number) => {
      const id = `workload ${seed} ${number}`;
      const done: string[] = [];
      let broken = true;
      const steps = ['read', 'change', 'write'].map((name) => ({
        name,
        run: () => {
          if (name === 'change' && broken) throw new Error('the workload breaks its second step once');
          done.push(name);
          return name;
        },
      }));
      const failed = await recovery.run(id, steps);
      if (failed.outcome !== 'failed' || failed.failedStep !== 'change')
        throw new Error(`The run ${failed.outcome} where its second step fails.`);
      broken = false;
      const resumed = await recovery.resume(id, steps, { remedy: 'mend the second step' });
      if (resumed.outcome !== 'completed' || resumed.resumedFrom !== 1)
        throw new Error(`The run ${resumed.outcome} after it was resumed from ${resumed.resumedFrom}.`);
      if (done.join() !== 'read,change,write') throw new Error(`The steps were done as ${done.join()}.`);
      recovery.forget(id);
    },
  }),
};
