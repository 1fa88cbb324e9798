import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../errors.js';
import type { AbReport } from '../experiment/ab-report.js';
import { compareWithCommit } from '../experiment/compare-with-commit.js';
import { pairsMin } from '../experiment/judge-family.js';
import { renderAbMarkdown } from '../report/ab-markdown.js';
import { renderAbText } from '../report/ab-text.js';
import { toPlainText } from '../report/plain-text.js';
import { type Command, type Given, jsonOption } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { carryOut, experimentOptions, readExperimentOptions } from './experiment-options.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

const pairsDefault = 30;
const minEffectDefault = 0.05;

/** Compares the working tree with a commit, by runs of both in turns. */
export const abCommand: Command = {
  options: [
    { flags: '--base <ref>', summary: 'The commit to compare with, as git names it' },
    ...experimentOptions,
    {
      flags: '--pairs <n>',
      summary: `Pairs of runs at most, from ${pairsMin} (default: ${pairsDefault})`,
    },
    {
      flags: '--min-effect <share>',
      summary: `Smallest change of a time that is called one (default: ${minEffectDefault})`,
    },
    { flags: '--install <command>', summary: "Installs base's packages (default: by its lock file)" },
    { flags: '--build <command>', summary: 'Is run in both before the first run' },
    jsonOption,
    { flags: '--markdown <file>', summary: 'Write a comment for the pull request' },
    { flags: '--keep', summary: 'Leave the checked-out base where it is' },
  ],
  examples: ['ab --base HEAD~1', "ab --base origin/main --scenario 'sells' --markdown ab.md"],
  run: compare,
};

const exitCodeOf: Readonly<Record<AbReport['verdict'], ExitCode>> = {
  regressed: exitCodes.failed,
  fine: exitCodes.fine,
  inconclusive: exitCodes.inconclusive,
};

async function compare(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const { directory, complain, print } = surroundings;
  const baseRef = given.text('base');
  if (baseRef === undefined || baseRef === '') {
    throw new UsageError('Name the commit to compare with: --base HEAD~1, or --base origin/main.');
  }
  const comparison = {
    ...readExperimentOptions(given, surroundings),
    baseRef,
    pairsMax: given.number('pairs', { min: pairsMin, max: 200, whole: true }) ?? pairsDefault,
    minEffect: given.number('minEffect', { min: 0.001, max: 10 }) ?? minEffectDefault,
    install: given.text('install'),
    build: given.text('build'),
    keep: given.has('keep'),
  };
  const markdown = given.text('markdown');
  return await carryOut(surroundings, async (signal) => {
    complain(`ab: seed ${comparison.seed}\n`);
    const report = await compareWithCommit({
      ...comparison,
      signal,
      onProgress: (sentence) => complain(`ab: ${toPlainText(sentence)}\n`),
    });
    print(given.has('json') ? `${JSON.stringify(report, null, 2)}\n` : renderAbText(report));
    if (markdown !== undefined) writeMarkdown(resolve(directory, markdown), report);
    return exitCodeOf[report.verdict];
  });
}

function writeMarkdown(path: string, report: AbReport): void {
  try {
    writeFileSync(path, renderAbMarkdown(report));
  } catch (thrown) {
    throw new UsageError(
      `The comment cannot be written to ${path}: ${messageOf(thrown)}. Name another file.`,
      {
        cause: thrown,
      },
    );
  }
}
