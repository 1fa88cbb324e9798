// The load engine beside autocannon and wrk; it runs by itself, because anything beside it would be measured as well.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../load/run.mjs', import.meta.url));

export default async function measure({ trials }) {
  const words = trials < 1_000 ? ['--json', '--quick'] : ['--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...words], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}
