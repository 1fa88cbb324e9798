import { execFile, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Starts the system under load in a process of its own. */
export async function startServer() {
  const child = fork(pathOf('server.mjs'));
  const [{ port }] = await once(child, 'message');
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { url: `http://127.0.0.1:${port}/`, stop };
}

/** One run of a client in a fresh process. @param name `our-client` or `autocannon-client` */
export async function runClient(name, task) {
  const child = fork(pathOf(`${name}.mjs`));
  const answered = once(child, 'message');
  const ended = once(child, 'exit');
  child.send(task);
  const failed = ended.then(([code]) => {
    throw new Error(`${name} ended with ${code} before it told its figures`);
  });
  const [figures] = await Promise.race([answered, failed]);
  await ended;
  return checked(name, figures);
}

export function hasWrk() {
  return spawnSync('wrk', ['-v'], { stdio: 'ignore' }).error === undefined;
}

/** One run of wrk: as many connections as users, each asking again when it was answered. */
export async function runWrk({ url, users, durationMs, warmUpMs }) {
  const run = (ms) =>
    new Promise((settle, fail) => {
      const words = [
        '-t1',
        `-c${users}`,
        `-d${Math.round(ms / 1_000)}s`,
        '-s',
        pathOf('wrk-report.lua'),
        url,
      ];
      execFile('wrk', words, (error, said) => (error === null ? settle(said) : fail(error)));
    });
  await run(Math.max(1_000, warmUpMs));
  await fetch(new URL('/reset', url)).then((response) => response.text());
  const said = await run(durationMs);
  return checked('wrk', JSON.parse(said.split('\n').find((line) => line.startsWith('{'))));
}

/** Figures of a run with failures are of something else. */
function checked(name, figures) {
  if (figures.failures > 0) throw new Error(`${name} had ${figures.failures} failures`);
  return figures;
}
