// How often a real process that does not leak is accused, and one that leaks is caught. Each trial is a process of its own.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure } from './support/simulated-runs.mjs';

const process_ = join(dirname(fileURLToPath(import.meta.url)), 'support/leak-process.mjs');
const leakFree = ['nothing', 'cache', 'compiled', 'strings', 'timers', 'promises', 'buffers', 'maps'];
const leaks = ['leak-512', 'leak-1024', 'leak-8192', 'leak-buffer'];
const processesAtOnce = 2;

function judge(workload) {
  return new Promise((settle, fail) => {
    const child = spawn(process.execPath, [process_, workload], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += chunk;
    });
    child.once('error', fail);
    child.once('close', (exitCode) =>
      exitCode === 0
        ? settle(told.trim())
        : fail(new Error(`The workload "${workload}" ended with ${exitCode}.`)),
    );
  });
}

/** Share of the trials that were called leaks, in percent. */
async function accused(workloads, trialsEach) {
  const queue = workloads.flatMap((workload) => Array.from({ length: trialsEach }, () => workload));
  const trials = queue.length;
  let count = 0;
  const work = async () => {
    for (let workload = queue.pop(); workload !== undefined; workload = queue.pop()) {
      if ((await judge(workload)) === 'leak') count++;
    }
  };
  await Promise.all(Array.from({ length: processesAtOnce }, work));
  return { percent: (count / trials) * 100, trials };
}

export default async function measureLeaks({ leakTrials }) {
  const innocent = await accused(leakFree, leakTrials);
  const guilty = await accused(leaks, leakTrials);
  return [
    figure(
      `${innocent.trials} processes of ${leakFree.length} workloads without a leak, accused`,
      innocent.percent,
      '%',
      { most: 1 },
    ),
    figure(`${guilty.trials} processes that leak 512 B a call or more, caught`, guilty.percent, '%', {
      least: 99,
    }),
  ];
}
