// autocannon in a process of its own, with the times of its answers as it measures them: its own histogram has whole
// milliseconds, and its correction for coordinated omission takes 1 ms for the interval whatever the rate, so it is off.
import { get } from 'node:http';
import autocannon from 'autocannon';
import { ExactLatencies, percentileMs } from '../../dist/src/latency-distribution.js';

function run(url, settings, durationMs) {
  return new Promise((settle, fail) => {
    const times = [];
    const options = { url, ...settings, duration: durationMs / 1_000 };
    const instance = autocannon(options, (error, result) =>
      error ? fail(error) : settle({ times, result }),
    );
    instance.on('response', (_client, _status, _bytes, responseMs) => times.push(responseMs));
  });
}

process.once('message', async ({ url, ratePerSecond, users, durationMs, warmUpMs }) => {
  // A connection asks as fast as it is answered until it has had its share of the second: 60 of 11 ms leave it some room.
  const settings =
    users === undefined
      ? {
          connections: Math.ceil(ratePerSecond / 60),
          overallRate: ratePerSecond,
          ignoreCoordinatedOmission: true,
        }
      : { connections: users };
  await run(url, settings, warmUpMs);
  await new Promise((settle, fail) => {
    get(new URL('/reset', url), (response) => response.resume().once('end', settle)).once('error', fail);
  });
  const { times, result } = await run(url, settings, durationMs);
  const latencies = new ExactLatencies(times);
  process.send({
    p50: percentileMs(latencies, 0.5),
    p95: percentileMs(latencies, 0.95),
    p99: percentileMs(latencies, 0.99),
    iterations: times.length,
    failures: result.errors + result.non2xx,
    throughputPerSecond: times.length / result.duration,
    achievedShare: users === undefined ? times.length / result.duration / ratePerSecond : undefined,
  });
  process.disconnect();
});
