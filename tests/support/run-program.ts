import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errorOutput: string;
}

/** Runs a module in a Node process of its own and waits until it is over. */
export function runProgram(
  directory: string,
  name: string,
  source: string,
  args: readonly string[] = [],
): Promise<ProgramEnd> {
  const path = join(directory, `${name}.mjs`);
  writeFileSync(path, source);
  return new Promise((settle, fail) => {
    const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errorOutput = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errorOutput += chunk.toString();
    });
    child.on('error', fail);
    child.on('close', (exitCode, signal) => settle({ exitCode, signal, output, errorOutput }));
  });
}
