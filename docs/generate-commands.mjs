// Writes what each command says about itself with --help into commands.md. Build first: node docs/generate-commands.mjs
// With --check nothing is written, and it ends with 1 when the file says something else.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const program = join(folder, '../dist/bundle/cli/main.js');
const target = join(folder, 'commands.md');

function helpOf(...words) {
  const help = execFileSync(process.execPath, [program, ...words, '--help'], { encoding: 'utf8' });
  return help
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

function namesIn(help) {
  const [, list = ''] = /\nCommands:\n((?: {2}.*\n)+)/.exec(help) ?? [];
  return list
    .trim()
    .split('\n')
    .map((line) => line.trim().split(' ')[0]);
}

const all = helpOf();
const names = namesIn(all);
const sections = names.map((name) => `## ${name}\n\n\`\`\`\n${helpOf(name)}\n\`\`\`\n`);
const text = `# Commands

What \`npx vitest-realworld <command> --help\` prints. This file is made by \`npm run docs:commands\`; exit codes and what the
commands do in detail are in the [reference](reference.md#commands).

\`\`\`
${all}
\`\`\`

${sections.join('\n')}`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('docs/commands.md is not what the commands say. Write it again with: npm run docs:commands');
  process.exitCode = 1;
}
