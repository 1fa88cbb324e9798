// What recording adds to a call that stands alone, against the bare system calls that no recording can do without.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { figure, interleave, median, ratios, tell } from './support/measure.mjs';
import { openRig, smallResult, temporaryDirectory } from './support/rig.mjs';

/** Longer than calls share a sample for, so that both samples are taken anew. */
const workMs = 1.2;
const callsPerRound = 150;
const batchBytes = 64 * 1024;

/** Notes how long it works, so that the rest of a call's time is what was added to it. */
class Worker {
  workedMs = 0;
  work() {
    const startedMs = performance.now();
    while (performance.now() - startedMs < workMs);
    this.workedMs = performance.now() - startedMs;
    return smallResult;
  }
}

function addedUs(call, worker) {
  const added = [];
  for (let index = 0; index < callsPerRound; index++) {
    const startedMs = performance.now();
    call();
    added.push((performance.now() - startedMs - worker.workedMs) * 1_000);
  }
  return median(added);
}

const recordedWorker = new Worker();
const { capability } = openRig({ capability: recordedWorker });
const floorWorker = new Worker();
const lines = openSync(join(temporaryDirectory(), 'floor.ndjson'), 'a');
let pending = '';

function readProcess() {
  const atMs = performance.now();
  const cpu = process.cpuUsage();
  const rssBytes = process.memoryUsage.rss();
  const heap = getHeapStatistics();
  const loop = performance.eventLoopUtilization();
  return {
    atMs,
    cpuUs: cpu.user + cpu.system,
    rssBytes,
    heapBytes: heap.used_heap_size,
    loopMs: loop.active,
  };
}

function bareCall() {
  const before = readProcess();
  const result = floorWorker.work();
  const after = readProcess();
  pending += `${JSON.stringify({ capability: 'code_search', method: 'work', before, after, result })}\n`;
  if (pending.length < batchBytes) return;
  writeSync(lines, pending);
  pending = '';
}

const figures = await interleave(
  {
    recorded: () => addedUs(() => capability.work(), recordedWorker),
    floor: () => addedUs(bareCall, floorWorker),
  },
  { rounds: 15, warmUp: 3 },
);
closeSync(lines);
tell([
  figure('isolated call, full sampling', figures.recorded, 'us'),
  figure('isolated call, the bare system calls and one JSON line', figures.floor, 'us'),
  figure('isolated call against the floor', ratios(figures.recorded, figures.floor), 'times', 1.25),
]);
