// Begins a run of steps in the state folder that it is given and ends itself with SIGKILL in the middle of one of them.
// argv: stateDirectory, id, number of steps, number of the step in which it dies
import { ErrorRecovery } from 'vitest-realworld-hub/error-recovery';
import { createSteps } from './recovery-steps.mjs';

const [stateDirectory, id, count, dyingStep] = process.argv.slice(2);
const recovery = new ErrorRecovery({ stateDirectory });
const steps = createSteps(Number(count), (number) => {
  if (number === Number(dyingStep)) process.kill(process.pid, 'SIGKILL');
});
await recovery.run(id, steps);
