import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapabilityWorkload } from './capability-workload.js';

/** Functions of which the round plants a fault in one; the tests know all of them. */
const functions = ['plus', 'minus', 'times'] as const;
const operators = { plus: '+', minus: '-', times: '*' } as const;

function sourceWithFault(faulty: (typeof functions)[number] | undefined): string {
  const lines = functions.map((name) => {
    const operator = name === faulty ? '%' : operators[name];
    return `exports.${name} = function ${name}(a, b) { return a ${operator} b; };`;
  });
  return `${lines.join('\n')}\n`;
}

const tests = [
  { name: 'adds', code: `assert.equal(require('./arithmetic.cjs').plus(7, 5), 12);` },
  { name: 'subtracts', code: `assert.equal(require('./arithmetic.cjs').minus(7, 5), 2.0);` },
  { name: 'multiplies', code: `assert.equal(require('./arithmetic.cjs').times(7, 5), 35);` },
  {
    name: 'undoes',
    code: `const { plus, times } = require('./arithmetic.cjs'); assert.equal(plus(times(3, 3), 1), 10);`,
  },
];

/** Plants a fault in one of three functions, has it found by its tests and the repair confirmed. */
export const autoDebuggerWorkload: CapabilityWorkload = {
  capability: 'auto_debugger',
  paceMs: 5_000,
  weight: 'heavy',
  prepare: ({ hub, scratchDirectory, signal }) => ({
    round: async (number) => {
      const faulty = number % 2 === 0 ? 'times' : 'plus';
      const source = join(scratchDirectory, 'arithmetic.cjs');
      writeFileSync(source, sourceWithFault(faulty));
      const { suspects } = await hub.auto_debugger.localise({
        root: scratchDirectory,
        tests,
        sources: [source],
        repeats: 1,
        signal,
      });
      if (suspects[0]?.name !== faulty) {
        throw new Error(
          `The fault is in ${faulty}, and ${suspects[0]?.name ?? 'nothing'} is suspected first.`,
        );
      }
      const fix = [{ path: 'arithmetic.cjs', content: sourceWithFault(undefined) }];
      const { verdict } = await hub.auto_debugger.verifyFix({ root: scratchDirectory, tests, fix, signal });
      if (verdict !== 'fixed') throw new Error(`The right repair is judged "${verdict}".`);
    },
  }),
};
