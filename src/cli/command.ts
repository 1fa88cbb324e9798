import type { ExitCode } from './exit-code.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/** A line of the table of commands: all that the list of commands needs to know of one. */
export interface CommandEntry {
  /** The name and its words, such as `report [session]`. */
  readonly usage: string;
  readonly summary: string;
  /** Loads what carries it out. */
  readonly load: () => Promise<Command>;
}

/** One command of the command line: what can be given, and what it does. */
export interface Command {
  readonly options: readonly CommandOption[];
  /** What its words are, for the completion in a shell; left out, files. */
  readonly words?: WordKind;
  /** What stands behind the program's name. */
  readonly examples: readonly string[];
  readonly run: (given: Given, surroundings: Surroundings) => ExitCode | Promise<ExitCode>;
}

/** Sessions, files, nothing that can be told before, or one of these words. */
export type WordKind = 'sessions' | 'files' | 'none' | readonly string[];

export interface CommandOption {
  /** Such as `--db <path>`, or `--json` for one that is only there or not. */
  readonly flags: string;
  readonly summary: string;
  /** What can be given behind it, for the completion in a shell; left out, files. */
  readonly values?: WordKind;
}

/** `report` of `report [session]`. */
export function nameOf({ usage }: Pick<CommandEntry, 'usage'>): string {
  return usage.split(' ')[0] ?? usage;
}

export const databaseOption: CommandOption = {
  flags: '--db <path>',
  summary: 'The database (default: .realworld/realworld_testing.db)',
};
export const directoryOption: CommandOption = {
  flags: '--directory <path>',
  summary: 'Folder of the journals (default: .realworld)',
};
export const jsonOption: CommandOption = { flags: '--json', summary: 'Print JSON' };

/** What was given behind the name of a command. */
export class Given {
  readonly words: readonly string[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(words: readonly string[], options: Readonly<Record<string, unknown>>) {
    this.words = words;
    this.#options = options;
  }

  has(name: string): boolean {
    return this.#options[name] === true;
  }

  /**
   * The option as it was written: the parser makes numbers of what looks like one.
   *
   * @throws UsageError when it was given twice
   */
  text(name: string): string | undefined {
    const value = this.#options[name];
    if (value === undefined || value === false) return undefined;
    if (Array.isArray(value)) throw new UsageError(`Option "--${toDashed(name)}" is given more than once.`);
    return String(value);
  }

  /**
   * A number within bounds.
   *
   * @throws UsageError for anything else
   */
  number(
    name: string,
    bounds: { readonly min: number; readonly max: number; readonly whole?: boolean },
  ): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const fits =
      value >= bounds.min && value <= bounds.max && (bounds.whole !== true || Number.isInteger(value));
    if (fits) return value;
    throw new UsageError(
      `Option "--${toDashed(name)}" takes a ${bounds.whole === true ? 'whole ' : ''}number from ${bounds.min} to ${bounds.max}; it was given "${text}".`,
    );
  }

  /** What was given behind `--`. */
  get behindDashes(): readonly string[] {
    return this.texts('--');
  }

  /** Every value of an option that may be given more than once. */
  texts(name: string): readonly string[] {
    const value = this.#options[name];
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }
}

/** `saveReport` as it is written on a command line: `save-report`. */
export function toDashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
