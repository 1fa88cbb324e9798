#!/usr/bin/env node
import { runCommandLine } from './run-command-line.js';

process.exitCode = runCommandLine(process.argv, {
  directory: process.cwd(),
  environment: process.env,
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  colors: process.stdout.isTTY === true && !process.env.NO_COLOR,
});
