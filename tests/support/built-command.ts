import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandEnd } from './command-line.js';

/** The program as it is published. */
export const builtProgram = resolve(dirname(fileURLToPath(import.meta.url)), '../../dist/bundle/cli/main.js');

/** Carries out a command line in a process of its own, as its users do, in a folder and without their environment. */
export function builtCommand(directory: string, ...words: readonly string[]): Promise<CommandEnd> {
  return endOf(process.execPath, [builtProgram, ...words], directory);
}

/** Carries out a line of bash in which `"$NODE" "$MAIN"` is the program. */
export function inBash(directory: string, line: string): Promise<CommandEnd> {
  return endOf('bash', ['-c', line], directory);
}

/** Carries out lines of zsh or fish, without what the user set up for them. */
export function inShell(shell: 'zsh' | 'fish', directory: string, lines: string): Promise<CommandEnd> {
  const noSettings = shell === 'zsh' ? '--no-rcs' : '--no-config';
  return endOf(shell, [noSettings, '-c', lines], directory);
}

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

function endOf(file: string, args: readonly string[], directory: string): Promise<CommandEnd> {
  if (!existsSync(builtProgram)) throw new Error(`There is no ${builtProgram}: npm run build`);
  const { REALWORLD_TESTING_DB: _database, ...environment } = process.env;
  return new Promise((settle, fail) => {
    const child = spawn(file, args, {
      cwd: directory,
      env: {
        ...environment,
        NODE: process.execPath,
        MAIN: builtProgram,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    child.on('error', fail);
    child.on('close', (exitCode) => settle({ exitCode: exitCode ?? -1, output, complaints }));
  });
}
