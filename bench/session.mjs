// A session of a million activities: how long its report takes, how much memory the main process holds, how large it is.
// With --ten-million one of ten million as well. The worker calls at a pace that a busy system keeps up for long; a
// second run has no pace, and then what the journal holds at the last call is still to be read.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure, tell } from './support/measure.mjs';

const main = join(dirname(fileURLToPath(import.meta.url)), 'support/session-main.mjs');
const bytesPerMegabyte = 1024 * 1024;
const million = 1_000_000;
const pacePerSecond = 40_000;
const roundsArgument = process.argv.find((word) => word.startsWith('--session-rounds='));
const rounds = Number(roundsArgument?.split('=')[1] ?? 5);

async function runSession(calls, pace) {
  const directory = mkdtempSync(join(tmpdir(), 'realworld-bench-'));
  try {
    const child = fork(main, [directory, String(calls), String(pace)]);
    const told = await new Promise((settle, fail) => {
      child.once('message', settle);
      child.once('exit', (exitCode) => fail(new Error(`The session ended with ${exitCode}.`)));
    });
    if (told.stored !== calls) throw new Error(`${told.stored} of ${calls} activities were stored.`);
    return told;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(calls, pace, times) {
  const figures = { reportSeconds: [], growthMegabytes: [], bytesPerActivity: [], callsPerSecond: [] };
  for (let round = 0; round < times; round++) {
    const empty = await runSession(0, pace);
    const told = await runSession(calls, pace);
    figures.reportSeconds.push(told.reportMs / 1_000);
    figures.growthMegabytes.push((told.peakBytes - empty.peakBytes) / bytesPerMegabyte);
    figures.bytesPerActivity.push((told.databaseBytes - empty.databaseBytes) / calls);
    figures.callsPerSecond.push(told.callsPerSecond);
  }
  return figures;
}

const paced = await measure(million, pacePerSecond, rounds);
const unpaced = await measure(million, 0, rounds);
const figures = [
  figure('a million activities, calls', paced.callsPerSecond, 'calls/s'),
  figure('a million activities, last call to report', paced.reportSeconds, 's', 3),
  figure('a million activities, main process above an empty run', paced.growthMegabytes, 'MB', 150),
  figure('a million activities, size in the database', paced.bytesPerActivity, 'bytes/activity', 250),
  figure('a million without pace, calls', unpaced.callsPerSecond, 'calls/s'),
  figure('a million without pace, last call to report', unpaced.reportSeconds, 's', 3),
  figure('a million without pace, main process above an empty run', unpaced.growthMegabytes, 'MB', 150),
];
if (process.argv.includes('--ten-million')) {
  const ten = await measure(10 * million, pacePerSecond, 1);
  figures.push(
    figure('ten million activities, last call to report', ten.reportSeconds, 's', 30),
    figure('ten million activities, main process above an empty run', ten.growthMegabytes, 'MB'),
  );
}
tell(figures);
