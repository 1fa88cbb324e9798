import { Writable } from 'node:stream';
import { onTestFinished, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.js';

export interface CommandEnd {
  readonly exitCode: number;
  readonly output: string;
  readonly complaints: string;
}

/** Carries out a command line in a folder. */
export async function command(directory: string, ...words: readonly string[]): Promise<CommandEnd> {
  const output: string[] = [];
  const complaints: string[] = [];
  // The parser prints its help by itself.
  const info = vi.spyOn(console, 'info').mockImplementation((text: string) => void output.push(text));
  onTestFinished(() => info.mockRestore());
  const exitCode = await runCommandLine(['node', 'vitest-realworld', ...words], {
    directory,
    environment: {},
    output: new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        output.push(String(chunk));
        done();
      },
    }),
    print: (text) => void output.push(text),
    complain: (text) => void complaints.push(text),
    colors: false,
  });
  return { exitCode, output: output.join(''), complaints: complaints.join('') };
}
