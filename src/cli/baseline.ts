import { toPlainText } from '../report/plain-text.js';
import { differencesBetween, environmentKeyOf } from '../storage/environment-key.js';
import { baselineInForce } from '../storage/read-history.js';
import type { SessionStore, SessionSummary } from '../storage/session-store.js';
import { type Command, databaseOption, type Given, jsonOption } from './command.js';
import { describeBaseline, describeSetting } from './describe-baseline.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { completedSession, describeUnknownBaseline, sessionsOfCommit } from './find-runs.js';
import { readingFrom, type Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

const runsUsual = 10;
const runsMax = 100;
const nameCharsMax = 60;

/** Sets, lists and removes baselines. */
export const baselineCommand: Command = {
  words: ['set', 'list', 'rm'],
  options: [
    databaseOption,
    { flags: '--name <name>', summary: `Of the baseline that is set (default: ${baselineInForce})` },
    { flags: '--last <runs>', summary: `Set it from the newest so many runs (default: ${runsUsual})` },
    { flags: '--commit <sha>', summary: 'Set it from the runs of a commit' },
    { flags: '--note <text>', summary: 'Why it was set' },
    jsonOption,
  ],
  examples: [
    'baseline set --last 10',
    'baseline set --name release --commit 3f9a1c2',
    'baseline list',
    'baseline rm release',
  ],
  run: (given, surroundings) => {
    const [action = '', ...words] = given.words;
    const act = actions.get(action);
    if (act !== undefined) return act(words, given, surroundings);
    throw new UsageError(
      `${action === '' ? 'Say what to do with baselines' : `Unknown action "${action}"`}: vitest-realworld baseline set, list, or rm <name>.`,
    );
  },
};

type Action = (words: readonly string[], given: Given, surroundings: Surroundings) => ExitCode;

const actions: ReadonlyMap<string, Action> = new Map([
  ['set', setBaseline],
  ['list', listBaselines],
  ['rm', removeBaseline],
]);

function setBaseline(words: readonly string[], given: Given, surroundings: Surroundings): ExitCode {
  const name = given.text('name') ?? baselineInForce;
  checkName(name);
  return readingFrom(given.text('db'), surroundings, (store) => {
    const sessions = chooseSessions(store, words, given);
    const [first] = sessions;
    if (first === undefined) throw new UsageError('There is no completed session to set a baseline from.');
    refuseMixture(first, sessions);
    const baselines = store.baselines;
    const replaced = baselines
      .list()
      .find(
        (known) =>
          known.name === name &&
          known.projectPath === first.projectPath &&
          known.environmentKey === keyOf(first),
      );
    const id = baselines.set({
      name,
      sessionIds: sessions.map(({ sessionId }) => sessionId),
      note: given.text('note') ?? null,
      createdAtMs: Date.now(),
    });
    const set = baselines.list().find(({ baselineId }) => baselineId === id);
    if (set === undefined) throw new Error(`Baseline "${name}" was set and is not there.`);
    if (given.has('json')) surroundings.print(toJson({ ...set, replaced: replaced !== undefined }));
    else surroundings.print(describeSetting(set, replaced));
    return exitCodes.fine;
  });
}

function chooseSessions(
  store: SessionStore,
  words: readonly string[],
  given: Given,
): readonly SessionSummary[] {
  const last = given.number('last', { min: 1, max: runsMax, whole: true });
  const commit = given.text('commit');
  const ways = [words.length > 0, last !== undefined, commit !== undefined].filter(Boolean).length;
  if (ways > 1) throw new UsageError('Name the sessions, or give --last, or --commit: only one of them.');
  if (commit !== undefined) return sessionsOfCommit(store, commit);
  if (words.length > 0) {
    const found = words
      .flatMap((word) => word.split(','))
      .flatMap((word) =>
        word.startsWith('commit:')
          ? sessionsOfCommit(store, word.slice('commit:'.length))
          : [completedSession(store, word)],
      );
    return [...new Map(found.map((session) => [session.sessionId, session])).values()];
  }
  const completed = store.listSessions().filter(({ status }) => status === 'completed');
  const [newest] = completed;
  if (newest === undefined) return [];
  return completed
    .filter((session) => session.projectPath === newest.projectPath && keyOf(session) === keyOf(newest))
    .slice(0, last ?? runsUsual);
}

/** Runs of two machines in one baseline would make every comparison with it one of machines. */
function refuseMixture(first: SessionSummary, sessions: readonly SessionSummary[]): void {
  const other = sessions.find(
    (session) => session.projectPath !== first.projectPath || keyOf(session) !== keyOf(first),
  );
  if (other === undefined) return;
  const differences =
    other.projectPath === first.projectPath
      ? differencesBetween(keyOf(first), keyOf(other))
      : [`project ${first.projectPath} against ${other.projectPath}`];
  throw new UsageError(
    `Sessions ${toPlainText(first.sessionId)} and ${toPlainText(other.sessionId)} cannot be one baseline: ${toPlainText(differences.join(', '))}. Name only sessions of one environment.`,
  );
}

function checkName(name: string): void {
  if (name !== '' && name.length <= nameCharsMax && name === toPlainText(name) && !/[,:]/.test(name)) return;
  throw new UsageError(
    `A baseline cannot be named "${toPlainText(name)}": take 1 to ${nameCharsMax} characters, without comma, colon, or control characters.`,
  );
}

function listBaselines(words: readonly string[], given: Given, surroundings: Surroundings): ExitCode {
  if (words.length > 0) throw new UsageError('vitest-realworld baseline list takes no names.');
  const all = readingFrom(given.text('db'), surroundings, (store) => store.baselines.list());
  if (given.has('json')) surroundings.print(toJson(all));
  else if (all.length > 0) surroundings.print(all.map((one) => describeBaseline(one, Date.now())).join('\n'));
  else
    surroundings.print('There is no baseline yet. Set one with: vitest-realworld baseline set --last 10\n');
  return exitCodes.fine;
}

function removeBaseline(words: readonly string[], given: Given, surroundings: Surroundings): ExitCode {
  const [name, ...others] = words;
  if (name === undefined || others.length > 0) {
    throw new UsageError('Name the one baseline to remove: vitest-realworld baseline rm <name>.');
  }
  return readingFrom(given.text('db'), surroundings, ({ baselines }) => {
    const all = baselines.list();
    const removed = baselines.remove(name);
    if (removed === 0) throw new UsageError(describeUnknownBaseline(name, all));
    if (given.has('json')) surroundings.print(toJson({ name, removed }));
    else {
      surroundings.print(
        `Baseline "${name}" is removed${removed > 1 ? ` in ${removed} environments` : ''}.\n`,
      );
    }
    return exitCodes.fine;
  });
}

function keyOf({ environment, durationMinutes }: SessionSummary): string {
  return environmentKeyOf(environment, durationMinutes);
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
