import type { AbTesting } from '../../capabilities/ab_testing/index.js';
import type { CapabilityWorkload } from './capability-workload.js';

const usersBefore = 60;

/** Takes users into an experiment whose treatment always wins, and asks for the verdict. */
export const abTestingWorkload: CapabilityWorkload = {
  capability: 'ab_testing',
  paceMs: 2_000,
  weight: 'light',
  prepare({ hub, scratchDirectory }) {
    const testing: AbTesting = hub.ab_testing;
    // The folder is this workload's own, so that its name tells its experiment from those of others.
    const experiment = `workload in ${scratchDirectory}`;
    testing.define({ name: experiment, arms: [{ name: 'control' }, { name: 'treatment' }] });
    const takePart = (user: string) => {
      const arm = testing.assign(experiment, user);
      testing.record(experiment, user, arm === 'treatment', { source: 'workload' });
      return arm;
    };
    for (let user = 0; user < usersBefore; user += 1) takePart(`before-${user}`);
    return {
      round(number) {
        const user = `round-${number}`;
        const arm = takePart(user);
        if (testing.assign(experiment, user) !== arm) throw new Error(`${user} was dealt to two arms`);
        const { effect, interval, p, arms, sampleRatio } = testing.analyse(experiment);
        if (effect !== 1 || p > 0.001 || interval[0] <= 0.5 || sampleRatio.mismatch) {
          throw new Error(
            `a sure winner was given as ${JSON.stringify({ effect, interval, p, sampleRatio })}`,
          );
        }
        const users = arms.reduce((sum, { n }) => sum + n, 0);
        if (users <= usersBefore) throw new Error(`${users} users are left of more than ${usersBefore}`);
      },
    };
  },
};
