import { type CAC, type Command, cac } from 'cac';
import { messageOf, RealWorldError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { recover } from './recover.js';
import { printReport } from './report.js';
import { listSessions } from './sessions.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

const program = 'vitest-realworld';

/** What was given behind the name of a command, before anything is made of it. */
interface GivenOptions {
  readonly [name: string]: unknown;
}

type RunCommand = (words: readonly string[], options: GivenOptions, surroundings: Surroundings) => ExitCode;

const runners: Readonly<Record<string, RunCommand>> = {
  recover: (_words, options, surroundings) =>
    recover({ ...textOptions(options, 'db', 'directory'), json: options.json === true }, surroundings),
  sessions: (_words, options, surroundings) =>
    listSessions({ ...textOptions(options, 'db'), json: options.json === true }, surroundings),
  report: ([session = 'latest'], options, surroundings) =>
    printReport(session, textOptions(options, 'db', 'format', 'output'), surroundings),
};

/**
 * Carries out a command line.
 *
 * @param argv as `process.argv`: two words, then the command and its options
 */
export function runCommandLine(argv: readonly string[], surroundings: Surroundings): ExitCode {
  try {
    const cli = defineCommands();
    const { args, options } = cli.parse([...argv], { run: false });
    // The parser prints the help by itself when it is asked for.
    if (options.help === true) return exitCodes.fine;
    const command = cli.matchedCommand;
    const run = command === undefined ? undefined : runners[command.name];
    if (command === undefined || run === undefined) throw unknownCommand(cli, args[0]);
    checkOptions(command, options);
    command.checkOptionValue();
    command.checkUnusedArgs();
    return run(args.map(String), options, surroundings);
  } catch (thrown) {
    surroundings.complain(`${program}: ${messageOf(thrown)}\n`);
    return isUsersMatter(thrown) ? exitCodes.wrongUsage : exitCodes.failed;
  }
}

function defineCommands(): CAC {
  const cli = cac(program);
  cli
    .command('recover', 'Store the sessions whose run was killed or whose database could not be used')
    .option('--db <path>', 'Store them here, instead of in the database that each was meant for')
    .option('--directory <path>', 'Folder of the journals (default: .realworld)')
    .option('--json', 'Print JSON')
    .example((bin) => `${bin} recover`)
    .example((bin) => `${bin} recover --db rescued.db --json`);
  cli
    .command('sessions', 'List the sessions, the newest first')
    .option('--db <path>', 'The database (default: .realworld/realworld_testing.db)')
    .option('--json', 'Print JSON')
    .example((bin) => `${bin} sessions`)
    .example((bin) => `${bin} sessions --json`);
  cli
    .command('report [session]', 'Print the report of a session, of the latest when none is named')
    .option('--db <path>', 'The database (default: .realworld/realworld_testing.db)')
    .option('--format <format>', 'text or json (default: text)')
    .option('--output <file>', 'Write to a file')
    .example((bin) => `${bin} report latest`)
    .example((bin) => `${bin} report test_20260203_121500_k3f9 --format json --output report.json`);
  cli.help();
  cli.example((bin) => `${bin} sessions`);
  cli.example((bin) => `${bin} report latest --format json`);
  cli.example((bin) => `${bin} recover`);
  return cli;
}

function unknownCommand(cli: CAC, given: unknown): UsageError {
  const names = cli.commands.map(({ name }) => name);
  const all = `Commands: ${names.join(', ')}. See ${program} --help.`;
  if (given === undefined) return new UsageError(`Name a command. ${all}`);
  const nearest = nearestName(String(given), names);
  const advice = nearest === null ? '' : ` Did you mean "${nearest}"?`;
  return new UsageError(`Unknown command "${String(given)}".${advice} ${all}`);
}

function checkOptions(command: Command, options: GivenOptions): void {
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

function toDashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The named options as text: the parser makes numbers of what looks like one. */
function textOptions<Name extends string>(
  options: GivenOptions,
  ...names: readonly Name[]
): { readonly [Key in Name]?: string } {
  const given = names.flatMap((name) => {
    const value = options[name];
    if (value === undefined) return [];
    if (Array.isArray(value)) throw new UsageError(`Option "--${name}" is given more than once.`);
    return [[name, String(value)]];
  });
  return Object.fromEntries(given) as { readonly [Key in Name]?: string };
}

/** The user's command line or environment, as opposed to what went wrong in the tool. */
function isUsersMatter(thrown: unknown): boolean {
  return (
    thrown instanceof UsageError ||
    thrown instanceof RealWorldError ||
    (thrown instanceof Error && thrown.name === 'CACError')
  );
}
