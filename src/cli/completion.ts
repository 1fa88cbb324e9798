import type { Command, Given } from './command.js';
import { candidatesFor } from './complete-words.js';
import { completionScripts } from './completion-scripts.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

const shells = Object.keys(completionScripts) as readonly (keyof typeof completionScripts)[];

/** Prints what a shell reads to complete commands, options and ids of sessions; and answers it when it asks. */
export const completionCommand: Command = {
  words: shells,
  options: [],
  examples: [
    'completion bash >> ~/.bashrc',
    'completion zsh > ~/.zfunc/_vitest-realworld',
    'completion fish > ~/.config/fish/completions/vitest-realworld.fish',
  ],
  run: complete,
};

async function complete(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const [shell = ''] = given.words;
  if (shell === 'words') {
    const candidates = await candidatesFor(given.behindDashes, surroundings);
    surroundings.print(candidates.map((candidate) => `${candidate}\n`).join(''));
    return exitCodes.fine;
  }
  const known = shells.find((name) => name === shell);
  if (known === undefined) {
    throw new UsageError(
      `${shell === '' ? 'Name a shell' : `Unknown shell "${shell}"`}: vitest-realworld completion ${shells.join('|')}.`,
    );
  }
  surroundings.print(completionScripts[known]);
  return exitCodes.fine;
}
