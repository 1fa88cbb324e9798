import { type CAC, cac, type Command as ParsedCommand } from 'cac';
import { messageOf, RealWorldError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import { type Command, type CommandEntry, Given, nameOf, toDashed } from './command.js';
import { commands } from './commands.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

const program = 'vitest-realworld';

/**
 * Carries out a command line.
 *
 * @param argv as `process.argv`: two words, then the command and its options
 */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  try {
    if (['--version', '-v'].includes(argv[2] ?? '')) {
      const { findOwnPackage } = await import('../configuration/installed.js');
      surroundings.print(`${findOwnPackage().version}\n`);
      return exitCodes.fine;
    }
    const loaded = await loadNamed(argv);
    const cli = defineCommands(loaded);
    const { args, options } = cli.parse([...joinDashes(argv)], { run: false });
    // The parser prints the help by itself when it is asked for.
    if (options.help === true) return exitCodes.fine;
    const parsed = cli.matchedCommand;
    const command = parsed === undefined ? undefined : loaded.get(parsed.name);
    if (parsed === undefined || command === undefined) throw unknownCommand(args[0]);
    checkOptions(parsed, options);
    parsed.checkOptionValue();
    parsed.checkUnusedArgs();
    const { withConfigFile } = await import('./with-config-file.js');
    return await command.run(new Given(args.map(String), options), await withConfigFile(surroundings));
  } catch (thrown) {
    surroundings.complain(`${program}: ${messageOf(thrown)}\n`);
    return isUsersMatter(thrown) ? exitCodes.wrongUsage : exitCodes.failed;
  }
}

/** The commands whose names are among the words: which of the words is the command is known when their options are. */
async function loadNamed(words: readonly string[]): Promise<ReadonlyMap<string, Command>> {
  const named = commands.filter((entry) => words.includes(nameOf(entry)));
  return new Map(await Promise.all(named.map(async (entry) => [nameOf(entry), await entry.load()] as const)));
}

/** A dash alone is the value of the option before it, which the parser would take for an option of its own. */
function joinDashes(words: readonly string[]): readonly string[] {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return words.flatMap((word, index) => {
    if (index >= end) return [word];
    if (word === '-' && isLongOption(words[index - 1])) return [];
    return words[index + 1] === '-' && isLongOption(word) ? [`${word}=-`] : [word];
  });
}

function isLongOption(word: string | undefined): boolean {
  return word !== undefined && /^--[^=]+$/.test(word);
}

const firstSteps = ['report latest', 'compare baseline:default latest', 'export --output session.ndjson'];

function defineCommands(loaded: ReadonlyMap<string, Command>): CAC {
  const cli = cac(program);
  for (const entry of commands) defineCommand(cli, entry, loaded.get(nameOf(entry)));
  for (const example of firstSteps) cli.example((bin) => `${bin} ${example}`);
  // Of every command its own line with --help would be as long as the list of commands itself.
  cli.help((sections) =>
    sections.map((section) =>
      section.title?.startsWith('For more info') === true
        ? {
            body: `Options and examples of a command: ${program} <command> --help\nVersion: ${program} --version`,
          }
        : section,
    ),
  );
  return cli;
}

function defineCommand(cli: CAC, { usage, summary }: CommandEntry, command: Command | undefined): void {
  const defined = cli.command(usage, summary);
  for (const option of command?.options ?? []) defined.option(option.flags, option.summary);
  for (const example of command?.examples ?? []) defined.example((bin) => `${bin} ${example}`);
}

function unknownCommand(given: unknown): UsageError {
  const names = commands.map(nameOf);
  const all = `Commands: ${names.join(', ')}. See ${program} --help.`;
  if (given === undefined) return new UsageError(`Name a command. ${all}`);
  const nearest = nearestName(String(given), names);
  const advice = nearest === null ? '' : ` Did you mean "${nearest}"?`;
  return new UsageError(`Unknown command "${String(given)}".${advice} ${all}`);
}

function checkOptions(command: ParsedCommand, options: Readonly<Record<string, unknown>>): void {
  const known = command.options.map(({ name }) => name);
  for (const name of Object.keys(options)) {
    if (name === '--' || known.includes(name)) continue;
    const dashed = toDashed(name);
    const nearest = nearestName(dashed, known.map(toDashed));
    throw new UsageError(
      `Unknown option "${name.length === 1 ? '-' : '--'}${dashed}" of ${program} ${command.name}. ${nearest === null ? `Known options: ${known.map((option) => `--${toDashed(option)}`).join(', ')}.` : `Did you mean "--${nearest}"?`}`,
    );
  }
}

/** The user's command line or environment, as opposed to what went wrong in the tool. */
function isUsersMatter(thrown: unknown): boolean {
  return (
    thrown instanceof UsageError ||
    thrown instanceof RealWorldError ||
    (thrown instanceof Error && thrown.name === 'CACError')
  );
}
