#!/usr/bin/env node
import { wantsColors } from '../report/terminal-kind.js';
import { exitCodes } from './exit-code.js';
import { runCommandLine } from './run-command-line.js';

let printFailed = false;

// A reader that has seen enough, such as `head`, closes the pipe: what is printed from then on has nobody to read it.
process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
  if (thrown.code === 'EPIPE' || printFailed) return;
  printFailed = true;
  process.exitCode = exitCodes.failed;
  process.stderr.write(`vitest-realworld: The output cannot be written: ${thrown.message}.\n`);
});
process.stderr.on('error', (thrown: NodeJS.ErrnoException) => {
  if (thrown.code !== 'EPIPE') process.exitCode = exitCodes.failed;
});

const exitCode = await runCommandLine(process.argv, {
  directory: process.cwd(),
  environment: process.env,
  output: process.stdout,
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  colors: wantsColors(process.stdout, true),
});
process.exitCode = printFailed ? exitCodes.failed : exitCode;
