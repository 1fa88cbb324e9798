// What a worker grows by while it records a million activities.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { figure, tell } from './support/measure.mjs';
import { openRig } from './support/rig.mjs';

const million = 1_000_000;
const bytesPerMegabyte = 1024 * 1024;
const rounds = 5;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Resident memory when what can be freed is freed. */
async function settledRssBytes() {
  for (let turn = 0; turn < 4; turn++) {
    collectGarbage();
    await new Promise((settle) => setTimeout(settle, 50));
  }
  return process.memoryUsage.rss();
}

const { capability } = openRig();

async function call(times) {
  for (let index = 0; index < times; index += 2) {
    capability.find();
    await capability.findLater();
  }
}

await call(million / 4);
const grown = [];
for (let round = 0; round < rounds; round++) {
  const before = await settledRssBytes();
  await call(million);
  grown.push(((await settledRssBytes()) - before) / bytesPerMegabyte);
}
tell([figure('worker memory over a million activities', grown, 'MB', 5)]);
