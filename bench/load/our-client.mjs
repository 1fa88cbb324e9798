// Our load in a process of its own: told what to run, tells what it measured.
import { Agent, get } from 'node:http';
import { systemClock } from '../../dist/src/clock.js';
import { percentileMs } from '../../dist/src/latency-distribution.js';
import { LoadEngine } from '../../dist/src/scenario/load.js';
import { createRandom } from '../../dist/src/seeded-random.js';

const agent = new Agent({ keepAlive: true });

function ask(url) {
  return new Promise((settle, fail) => {
    const request = get(url, { agent }, (response) => {
      response.resume();
      response.once('end', settle);
      response.once('error', fail);
    });
    request.once('error', fail);
  });
}

process.once('message', async ({ url, ratePerSecond, users, durationMs, warmUpMs }) => {
  const issues = [];
  const recorder = { recordMetric() {}, recordIssue: (issue) => issues.push(issue.description) };
  const { signal } = new AbortController();
  const load = new LoadEngine({ recorder, clock: systemClock, random: createRandom(42), signal, durationMs });
  const iterate = () => ask(url);
  const run = (ms) =>
    users === undefined
      ? load.open({ ratePerSecond, durationMs: ms, iterate })
      : load.closed({ users, durationMs: ms, iterate });
  await run(warmUpMs);
  await ask(new URL('/reset', url));
  issues.length = 0;
  const result = await run(durationMs);
  // A closed load starts when it intends to, so its latencies are from the actual starts already.
  const { latency, serviceTime = latency, startDelay, achievedShare } = result;
  process.send({
    p50: percentileMs(serviceTime, 0.5),
    p95: percentileMs(serviceTime, 0.95),
    p99: percentileMs(serviceTime, 0.99),
    intendedP50: percentileMs(latency, 0.5),
    intendedP95: percentileMs(latency, 0.95),
    intendedP99: percentileMs(latency, 0.99),
    iterations: result.iterations,
    failures: result.failureCount,
    throughputPerSecond: result.throughputPerSecond,
    iterationsPerCpuSecond: result.iterationsPerCpuSecond,
    achievedShare,
    startDelay,
    issues,
  });
  agent.destroy();
  process.disconnect();
});
