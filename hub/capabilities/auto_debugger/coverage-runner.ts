/**
 * The program of the child process in which tests run under V8's precise coverage. It is a text, because it must run with no
 * file of its own beside sources and build alike.
 *
 * Takes one message `{ root, tests: { name, code }[], files: string[], timeoutMs }` and sends for each test `{ started }` and
 * `{ index, outcome, error?, covered }`. A file that cannot be loaded is told as `{ notLoaded }`. Counters are reset from test to test, so that what is
 * covered is what this test called; what loading modules called counts for the test that loads them first, so the files are
 * loaded before.
 */
export const coverageRunner = `
'use strict';
const { Session } = require('node:inspector');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');
const assert = require('node:assert');

const send = process.send.bind(process);
const leave = process.exit.bind(process);
const hrtime = process.hrtime.bigint;
const setTimer = setTimeout;
const clearTimer = clearTimeout;
const tell = (message) => new Promise((resolve, reject) => send(message, (error) => (error ? reject(error) : resolve())));
const AsyncFunction = (async () => {}).constructor;
const timedOut = Symbol('timed out');

function describe(thrown) {
  if (thrown === null || typeof thrown !== 'object') return { name: typeof thrown, message: String(thrown), stack: '' };
  const read = (key) => { try { return String(thrown[key] ?? ''); } catch { return ''; } };
  return { name: read('name'), message: read('message').slice(0, 4000), stack: read('stack').slice(0, 16000) };
}

process.once('message', async (job) => {
  const session = new Session();
  session.connect();
  const post = (method, parameters) => {
    let failure, result;
    session.post(method, parameters, (error, value) => { failure = error; result = value; });
    if (failure) throw new Error(method + ': ' + failure.message);
    return result;
  };
  const urls = new Map(job.files.map((file, index) => [pathToFileURL(file).href, index]));
  const take = () => {
    const covered = [];
    for (const script of post('Profiler.takePreciseCoverage').result) {
      const file = urls.get(script.url);
      if (file === undefined) continue;
      for (const called of script.functions) {
        const [range] = called.ranges;
        if (range.count > 0) covered.push([file, called.functionName, range.startOffset, range.endOffset]);
      }
    }
    return covered;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const load = (file) => import(pathToFileURL(join(job.root, file)).href);
  const require = createRequire(join(job.root, 'tests.cjs'));
  for (const [file, path] of job.files.entries()) {
    try { await import(pathToFileURL(path).href); } catch (thrown) { await tell({ notLoaded: { file, ...describe(thrown) } }); }
  }
  take();
  for (const [index, test] of job.tests.entries()) {
    await tell({ started: index });
    let outcome = 'passed';
    let error;
    let timer;
    try {
      const run = new AsyncFunction('require', 'load', 'assert', test.code);
      globalThis.__call = () => run.call(undefined, require, load, assert);
      // Ends a loop that never gives the thread back; a promise that never settles is left behind by the race.
      const running = vm.runInThisContext('__call()', { timeout: job.timeoutMs });
      delete globalThis.__call;
      const late = new Promise((resolve) => { timer = setTimer(resolve, job.timeoutMs, timedOut); });
      if ((await Promise.race([running, late])) === timedOut) outcome = 'timedOut';
    } catch (thrown) {
      outcome = thrown?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'timedOut' : 'failed';
      error = describe(thrown);
    }
    clearTimer(timer);
    await tell({ index, outcome, error, covered: take() });
  }
  leave(0);
});
`;
