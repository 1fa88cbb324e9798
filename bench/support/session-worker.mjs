// The worker of a simulated session: makes calls at a pace, and tells when it made the last one.
import { performance } from 'node:perf_hooks';
import { openRig } from './rig.mjs';

const [directory, sessionId, callsText, paceText] = process.argv.slice(2);
const calls = Number(callsText);
/** Calls a second, or 0 for as fast as they come. */
const pace = Number(paceText);
const burst = 500;

const rig = openRig({ directory, sessionId });
const startedMs = performance.now();
for (let made = 0; made < calls; ) {
  const until = Math.min(calls, made + burst);
  for (; made < until; made++) await rig.capability.findLater();
  const aheadMs = pace === 0 ? 0 : (made / pace) * 1_000 - (performance.now() - startedMs);
  if (aheadMs > 1) await new Promise((settle) => setTimeout(settle, aheadMs));
}
const lastCallMs = performance.timeOrigin + performance.now();
const busyMs = performance.now() - startedMs;
rig.scenario.end();
rig.journal.close();
process.send({ lastCallMs, busyMs });
process.disconnect();
