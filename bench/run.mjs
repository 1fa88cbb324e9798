// Runs the benchmarks that are named, or all of them, each in a process of its own, and prints one table.
// Build before. Options: --json prints an array instead; the rest is handed on, such as --ten-million.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const known = readdirSync(folder)
  .filter((name) => name.endsWith('.mjs') && name !== 'run.mjs')
  .map((name) => name.replace('.mjs', ''));

function runBenchmark(name, options) {
  const directory = mkdtempSync(join(tmpdir(), 'realworld-bench-'));
  const output = join(directory, 'figures.json');
  return new Promise((settle, fail) => {
    const child = spawn(process.execPath, [join(folder, `${name}.mjs`), ...options], {
      env: { ...process.env, REALWORLD_BENCH_OUTPUT: output },
      // The figures come by a file; what a benchmark or what it starts prints is for people.
      stdio: ['ignore', 2, 2],
    });
    child.once('error', fail);
    child.once('close', (exitCode) => {
      if (exitCode === 0) settle(JSON.parse(readFileSync(output, 'utf8')));
      else fail(new Error(`The benchmark "${name}" ended with ${exitCode}.`));
      rmSync(directory, { recursive: true, force: true });
    });
  });
}

function printTable(figures) {
  const rows = figures.map(({ name, value, unit, bound, holds, lowest, highest, rounds }) => [
    name,
    `${value} ${unit}`,
    `${lowest} to ${highest}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
    bound ?? '',
    holds === null ? '' : holds ? 'holds' : 'does not hold',
  ]);
  const table = [['figure', 'median', 'spread', 'bound', ''], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  }
  console.log(`\nNode ${process.version}, ${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'})`);
}

const options = process.argv.slice(2).filter((word) => word.startsWith('--'));
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = named.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark "${unknown[0]}". There are: ${known.join(', ')}.`);
  process.exit(2);
}
const figures = [];
for (const name of named.length > 0 ? named : known) {
  figures.push(...(await runBenchmark(name, options)));
}
if (options.includes('--json')) {
  console.log(
    JSON.stringify(
      figures.map(({ name, value, unit, bound, holds }) => ({ name, value, unit, bound, holds })),
      null,
      2,
    ),
  );
} else {
  printTable(figures);
}
