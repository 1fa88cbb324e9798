// What the verdicts are worth: false alarms and what is caught, by simulation with fixed seeds and by real processes.
// Build before. --json prints an array of { name, value, unit, bound, holds }; --quick takes a tenth of the trials.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const known = readdirSync(folder)
  .filter((name) => name.endsWith('.mjs') && name !== 'run.mjs')
  .map((name) => name.replace('.mjs', ''));
const words = process.argv.slice(2);
const named = words.filter((word) => !word.startsWith('--'));
const unknown = named.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}". There are: ${known.join(', ')}.`);
  process.exit(2);
}
const settings = words.includes('--quick')
  ? { trials: 400, leakTrials: 2 }
  : { trials: 4_000, leakTrials: 25 };
const figures = [];
for (const name of named.length > 0 ? named : known) {
  const { default: measure } = await import(pathToFileURL(join(folder, `${name}.mjs`)).href);
  figures.push(...(await measure(settings)));
}
if (words.includes('--json')) console.log(JSON.stringify(figures, null, 2));
else {
  const rows = figures.map(({ name, value, unit, bound, holds }) => [
    name,
    `${value} ${unit}`,
    bound ?? '',
    holds === null ? '' : holds ? 'holds' : 'does not hold',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
