import { analyzeSession } from '../analysis/analyze-session.js';
import type { SessionReport } from '../model.js';
import { type Command, databaseOption, directoryOption, type Given, jsonOption } from './command.js';
import { describeUnfinished } from './describe-unfinished.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { findSession, noSessionYet } from './find-session.js';
import { chooseFormat, reportFormats } from './report-formats.js';
import { type Surroundings, workingOn } from './surroundings.js';
import { writeOutput } from './write-output.js';

/** Prints the report of one session, or writes it to a file. */
export const reportCommand: Command = {
  words: 'sessions',
  options: [
    databaseOption,
    directoryOption,
    {
      flags: '--format <format>',
      summary: `${reportFormats.slice(0, -1).join(', ')} or ${reportFormats.at(-1)} (default: text)`,
      values: reportFormats,
    },
    jsonOption,
    { flags: '--output <file>', summary: 'Write to a file' },
    { flags: '--gate', summary: 'End with 1 when its gate is broken, with 3 when that is not known' },
  ],
  examples: [
    'report latest',
    'report latest --gate',
    'report test_20260203_121500_k3f9 --format json --output report.json',
  ],
  run: printReport,
};

async function printReport(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const [session = 'latest'] = given.words;
  const render = chooseFormat(given);
  const output = given.text('output');
  const { colors, complain } = surroundings;
  const read = await workingOn(given.text('db'), surroundings, async (store) => {
    const id = findSession(store, session);
    if (id === null) return null;
    const report = analyzeSession(store.readFacts(id));
    const text = await render({ report, store, colors: colors && output === undefined });
    return { report, text };
  });
  if (read === null) {
    complain(noSessionYet('nothing to report'));
    return exitCodes.inconclusive;
  }
  complain(describeUnfinished(read.report.session, given.text('directory'), surroundings));
  if (output === undefined) surroundings.print(read.text);
  else writeOutput(output, read.text, 'Report', surroundings);
  return given.has('gate') ? exitCodeOf(read.report) : exitCodes.fine;
}

/** A session that ended without a gate, because its run was killed, was not held to it. */
function exitCodeOf({ gate }: SessionReport): ExitCode {
  if (gate === null || gate.verdict === 'inconclusive') return exitCodes.inconclusive;
  return gate.verdict === 'passed' ? exitCodes.fine : exitCodes.failed;
}
