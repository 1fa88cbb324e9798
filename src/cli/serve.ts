import { existsSync } from 'node:fs';
import { messageOf } from '../errors.js';
import { toPlainText } from '../report/plain-text.js';
import { type Command, databaseOption, type Given } from './command.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { withInterrupt } from './interrupt.js';
import { isLoopback } from './serve/check-request.js';
import { DashboardServer } from './serve/dashboard-server.js';
import { resolveDatabase, type Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

const usualPort = 7357;
const usualHost = '127.0.0.1';
const tokenVariable = 'REALWORLD_SERVE_TOKEN';
const tokenCharsMin = 16;

/** Serves the HTML reports of a database, live while sessions run. */
export const serveCommand: Command = {
  options: [
    databaseOption,
    { flags: '--port <port>', summary: `Port, 0 for any that is free (default: ${usualPort})` },
    { flags: '--host <host>', summary: `Address to listen on (default: ${usualHost})` },
    {
      flags: '--allow-remote',
      summary: 'Let other machines look: needs a token, and an address with --host',
    },
    {
      flags: '--token <token>',
      summary: `What who looks has to know, ${tokenCharsMin} characters or more (better in ${tokenVariable})`,
    },
  ],
  examples: ['serve', 'serve --port 0 --db shop/.realworld/realworld_testing.db'],
  run: serve,
};

async function serve(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const { print, complain } = surroundings;
  const host = given.text('host') ?? usualHost;
  const port = given.number('port', { min: 0, max: 65_535, whole: true }) ?? usualPort;
  const token = tokenOf(given, surroundings);
  refuseUnsafe(host, token, given.has('allowRemote'));
  const database = resolveDatabase(given.text('db'), surroundings);
  if (!existsSync(database)) {
    throw new UsageError(
      `There is no database ${database}. Run the scenarios first (npx vitest run --project realworld), or name another with --db PATH.`,
    );
  }
  return withInterrupt(async (signal) => {
    const server = new DashboardServer({
      database,
      host,
      port,
      token,
      complain: (sentence) => complain(`${toPlainText(sentence)}\n`),
    });
    try {
      const taken = await server.listen().catch((thrown: unknown) => {
        throw new UsageError(describeFailure(thrown, host, port), { cause: thrown });
      });
      const name = host.includes(':') ? `[${host}]` : host;
      print(`Reports: http://${name}:${taken}/${token === null ? '' : '?token=TOKEN'}\n`);
      print(`Database: ${toPlainText(database)}\nEnd with Ctrl-C.\n`);
      await ended(signal);
      return exitCodes.fine;
    } finally {
      await server.close();
    }
  });
}

/** @throws UsageError for one that can be guessed */
function tokenOf(given: Given, { environment }: Surroundings): string | null {
  const token = given.text('token') ?? environment[tokenVariable] ?? '';
  if (token === '') return null;
  if (token.length >= tokenCharsMin) return token;
  throw new UsageError(
    `The token has ${token.length} characters, which can be guessed. Use ${tokenCharsMin} or more, such as from: openssl rand -hex 16`,
  );
}

/** @throws UsageError when other machines could look and nobody asked for that, or without a token */
function refuseUnsafe(host: string, token: string | null, allowsRemote: boolean): void {
  if (isLoopback(host) || (allowsRemote && token !== null)) return;
  throw new UsageError(
    `With host "${toPlainText(host)}" other machines can read the reports. If that is wanted, add --allow-remote and set a token of ${tokenCharsMin} characters or more in ${tokenVariable}.`,
  );
}

function describeFailure(thrown: unknown, host: string, port: number): string {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `Port ${port} of ${toPlainText(host)} is in use. Name another with --port, or take any that is free with --port 0.`;
  }
  return `It is not possible to listen on port ${port} of ${toPlainText(host)}: ${messageOf(thrown)}. Name another with --host and --port.`;
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    if (signal.aborted) settle();
    else signal.addEventListener('abort', () => settle(), { once: true });
  });
}
