import type { MathEngine } from '../../capabilities/math_engine/index.js';
import type { CapabilityWorkload } from './capability-workload.js';

/** Differentiates, integrates, solves and simplifies what has a known answer. */
export const mathEngineWorkload: CapabilityWorkload = {
  capability: 'math_engine',
  paceMs: 5_000,
  weight: 'heavy',
  async prepare({ hub, seed }) {
    const engine: MathEngine = hub.math_engine;
    // Starts the thread and loads both systems, which no round has to wait for.
    await engine.simplify('x + x');
    return {
      async round(number) {
        const factor = 2 + ((number + seed) % 7);
        const answers = [
          await engine.simplify(`sin(${factor} * x)^2 + cos(${factor} * x)^2`),
          await engine.derivative(`${factor} * x^3`, 'x'),
          await engine.integrate(`x * exp(${factor} * x)`, 'x'),
        ];
        const doubted = answers.find(({ verified }) => !verified);
        if (doubted !== undefined) throw new Error(`an answer was not verified: ${JSON.stringify(doubted)}`);
        if (answers[0]?.value !== '1') throw new Error(`an identity became ${answers[0]?.value} and not 1`);
        const { value, missedRoots } = await engine.solve(`(x - ${factor}) * (x + ${factor + 1}) = 0`, 'x');
        const roots = [...value].sort().join(' ');
        if (roots !== [`${factor}`, `-${factor + 1}`].sort().join(' ') || missedRoots?.length !== 0) {
          throw new Error(`the roots ${factor} and ${-factor - 1} were given as ${roots}`);
        }
      },
    };
  },
};
