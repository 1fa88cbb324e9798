// The main process of a simulated session: the reporter's own session, fed by one worker.
import { fork } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { SessionRun } from '../../dist/reporter/session-run.js';
import { resolveOptions } from '../../dist/src/options.js';
import { SessionStore } from '../../dist/src/storage/session-store.js';
import { sessionStart } from './session-start.mjs';

const [directory, calls, pace] = process.argv.slice(2);
const store = new SessionStore(join(directory, 'session.db'));
const start = sessionStart('test_20260203_121500_k3f9', directory);
const session = new SessionRun({
  store,
  start,
  // A machine that is busy with other work must not stop the session.
  options: resolveOptions({
    quiet: true,
    limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100 },
  }),
  directory,
  print: () => {},
  colors: false,
  cancelRun: () => {},
});
session.begin();
const worker = join(dirname(fileURLToPath(import.meta.url)), 'session-worker.mjs');
const child = fork(worker, [session.journalDirectory, start.sessionId, calls, pace]);
const ended = await new Promise((settle, fail) => {
  let message = null;
  child.once('message', (told) => {
    message = told;
  });
  child.once('error', fail);
  child.once('exit', (exitCode) =>
    message === null ? fail(new Error(`The worker ended with ${exitCode}.`)) : settle(message),
  );
});
await session.finish('completed', null);
const reportMs = performance.timeOrigin + performance.now() - ended.lastCallMs;
// In kilobytes, as the system counts it.
const peakBytes = process.resourceUsage().maxRSS * 1_024;
const stored = store.readFacts(start.sessionId).methods.reduce((sum, method) => sum + method.calls, 0);
store.close();
process.send({
  reportMs,
  peakBytes,
  callsPerSecond: Number(calls) / (ended.busyMs / 1_000),
  databaseBytes: statSync(join(directory, 'session.db')).size,
  stored,
});
process.disconnect();
