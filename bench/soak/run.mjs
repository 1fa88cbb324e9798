// A real `vitest run` that calls a small system evenly for a long time, and the memory of both processes meanwhile.
// node bench/soak/run.mjs --minutes 60 --calls 1100000 --output soak.json --package .
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { repository, temporaryDirectory } from '../support/rig.mjs';

const bytesPerMegabyte = 1024 * 1024;
const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    calls: { type: 'string', default: '1100000' },
    output: { type: 'string', default: '' },
    /** Folder of the built package; a copy lets the repository be built anew meanwhile. */
    package: { type: 'string', default: repository },
  },
});
const minutes = Number(given.minutes);
const calls = Number(given.calls);
const sampleSeconds = Math.max(1, Math.min(10, minutes * 0.6));

const files = {
  'package.json': '{ "name": "soak", "type": "module", "private": true }',
  'vitest.config.js': `
import { defineConfig } from 'vitest/config';
import { realWorld } from 'vitest-realworld/plugin';
export default defineConfig({ plugins: [realWorld({
  durationMinutes: ${minutes},
  monitorIntervalSeconds: 10,
  limits: { cpuPercentMax: 100, memoryPercentMax: 100, diskPercentMax: 100, consecutiveErrorsMax: 1000 },
})] });`,
  'hub.js': `
import { defineCapability, defineHub } from 'vitest-realworld';
class Catalogue {
  #calls = 0;
  find(word) {
    if (++this.#calls % 1000 === 0) throw new Error('the shelf ' + this.#calls + ' is empty');
    return { path: 'src/index.ts', line: word.length, score: 0.875, found: true };
  }
  async list() { return { entries: 12, complete: true }; }
}
export default defineHub({ capabilities: { catalogue: defineCapability({ create: () => new Catalogue() }) } });`,
  'soak.realworld.js': `
import { realWorldTest as realWorld } from 'vitest-realworld';
realWorld.scenario('calls for a long time', { kind: 'monitoring', timeout: ${(minutes + 10) * 60_000} },
  async ({ hub, durationMs }) => {
    const startedMs = performance.now();
    let made = 0;
    while (made < ${calls}) {
      const due = Math.min(${calls}, Math.ceil(((performance.now() - startedMs) / durationMs) * ${calls}));
      for (; made < due; made++) {
        if (made % 2 === 0) await hub.catalogue.list();
        else try { hub.catalogue.find('word'); } catch {}
      }
      await new Promise((settle) => setTimeout(settle, 20));
    }
    console.log('LAST CALL ' + Date.now());
  });`,
};

function makeProject() {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  for (const name of ['vitest', 'vite'])
    symlinkSync(join(repository, 'node_modules', name), join(root, 'node_modules', name));
  symlinkSync(resolve(given.package), join(root, 'node_modules/vitest-realworld'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

/** Resident memory of a process in megabytes, or null when it is gone. */
function residentMegabytes(pid) {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return null;
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(path, 'utf8'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1_024;
}

function childrenOf(pid) {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return [];
  return readdirSync(threads).flatMap((thread) =>
    readFileSync(join(threads, thread, 'children'), 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}

/** The worker is the child with the most memory: Vite's own helper is small. */
function workerOf(pid) {
  return childrenOf(pid)
    .map((child) => residentMegabytes(child) ?? 0)
    .reduce((most, megabytes) => Math.max(most, megabytes), 0);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The median of all slopes between two samples (Sen 1968), in megabytes an hour. */
function slopePerHour(samples, name) {
  const slopes = [];
  for (let late = 1; late < samples.length; late++) {
    for (let early = 0; early < late; early++) {
      const hours = (samples[late].seconds - samples[early].seconds) / 3_600;
      slopes.push((samples[late][name] - samples[early][name]) / hours);
    }
  }
  return median(slopes);
}

function sparkline(values, columns = 60) {
  const blocks = '▁▂▃▄▅▆▇█';
  const lowest = Math.min(...values);
  const range = Math.max(...values) - lowest || 1;
  return Array.from({ length: Math.min(columns, values.length) }, (_, column) => {
    const value = values[Math.floor((column * values.length) / Math.min(columns, values.length))];
    return blocks[Math.round(((value - lowest) / range) * (blocks.length - 1))];
  }).join('');
}

const root = makeProject();
const child = spawn(process.execPath, [join(repository, 'node_modules/vitest/vitest.mjs'), 'run'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'pipe'],
});
const startedMs = performance.now();
let said = '';
let reportedAtMs = 0;
for (const stream of [child.stdout, child.stderr]) {
  stream.on('data', (chunk) => {
    said = (said + chunk).slice(-200_000);
    if (String(chunk).includes('END OF REPORT')) reportedAtMs = Date.now();
  });
}
const samples = [];
const sampling = setInterval(() => {
  const mainMegabytes = residentMegabytes(child.pid);
  const workerMegabytes = workerOf(child.pid);
  if (mainMegabytes === null || workerMegabytes === 0) return;
  samples.push({
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    mainMegabytes,
    workerMegabytes,
  });
}, sampleSeconds * 1_000);
const exitCode = await new Promise((settle, fail) => {
  child.once('error', fail);
  child.once('close', settle);
});
clearInterval(sampling);

const path = join(root, '.realworld/realworld_testing.db');
const database = new Database(path);
database.pragma('wal_checkpoint(TRUNCATE)');
const stored = database.prepare('SELECT count(*) FROM activities').pluck().get();
const counted = database.prepare('SELECT sum(calls) FROM activity_aggregates').pluck().get();
const status = database.prepare('SELECT status FROM test_sessions').pluck().get();
database.close();
const lastCallMs = Number(/LAST CALL (\d+)/.exec(said)?.[1]);
// The last samples may be taken while the report is made, the first while memory is still taken.
const settled = samples.slice(Math.ceil(samples.length * 0.1), Math.max(1, samples.length - 1));
const tenth = Math.max(1, Math.floor(settled.length / 10));
const growth = (name) =>
  median(settled.slice(-tenth).map((sample) => sample[name])) -
  median(settled.slice(tenth, 2 * tenth).map((sample) => sample[name]));
const result = {
  minutes,
  calls,
  stored,
  counted,
  status,
  exitCode,
  bytesPerActivity: statSync(path).size / stored,
  reportSeconds: (reportedAtMs - lastCallMs) / 1_000,
  main: {
    growthMegabytes: growth('mainMegabytes'),
    slopeMegabytesPerHour: slopePerHour(settled, 'mainMegabytes'),
  },
  worker: {
    growthMegabytes: growth('workerMegabytes'),
    slopeMegabytesPerHour: slopePerHour(settled, 'workerMegabytes'),
  },
  samples,
};
if (given.output !== '') writeFileSync(given.output, JSON.stringify(result, null, 1));
const { samples: _samples, ...shown } = result;
console.log(JSON.stringify(shown, null, 2));
for (const name of ['mainMegabytes', 'workerMegabytes']) {
  const curve = samples.map((sample) => sample[name]);
  console.log(
    `${name.padEnd(16)} ${sparkline(curve)} ${Math.min(...curve).toFixed(0)} to ${Math.max(...curve).toFixed(0)} MB`,
  );
}
console.log(`bytes of the database: ${(statSync(path).size / bytesPerMegabyte).toFixed(1)} MB`);
const whole = exitCode === 0 && stored === calls && counted === calls && status === 'completed';
if (!whole) console.error(`The soak did not end as it should:\n${said.slice(-3_000)}`);
rmSync(root, { recursive: true, force: true });
process.exitCode = whole ? 0 : 1;
