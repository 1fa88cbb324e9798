import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtCommand, inBash } from '../support/built-command.js';
import { sampleActivity } from '../support/sample-activity.js';
import { SessionsOfRuns } from '../support/sessions-of-runs.js';

interface Line {
  readonly type: string;
  readonly session_id: string;
}

function readLines(text: string): readonly Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** What each program of a pipe ended with, told by bash. */
const tellCodes = `echo "codes $\{PIPESTATUS[*]}"`;

describe('the built export', () => {
  test('writes every table of the latest session as lines of JSON', async () => {
    const sessions = new SessionsOfRuns();
    sessions.addAll([10, 11]);
    const end = await builtCommand(sessions.directory, 'export');
    expect(end).toMatchObject({ exitCode: 0, complaints: '' });
    const lines = readLines(end.output);
    expect(lines.map(({ type }) => type)).toEqual([
      'session',
      'scenario',
      ...Array.from({ length: 25 }, () => 'activity'),
    ]);
    expect(new Set(lines.map(({ session_id }) => session_id))).toEqual(new Set(['run-02']));
    expect(lines[2]).toMatchObject({ capability: 'shop', activity_type: 'sell', response_time_ms: 9.9 });
  });

  test('takes the sessions and tables that are named, or all, and writes into a file', async () => {
    const sessions = new SessionsOfRuns();
    const { directory } = sessions;
    sessions.addAll([10, 11, 12]);
    const named = await builtCommand(
      directory,
      ...['export', 'run-03', 'run-01', '--table', 'sessions', '--table', 'scenarios', '--output', '-'],
    );
    expect(readLines(named.output).map(({ type, session_id }) => `${type} ${session_id}`)).toEqual([
      'session run-03',
      'session run-01',
      'scenario run-03',
      'scenario run-01',
    ]);
    const target = join(directory, 'out', 'alle Läufe.csv');
    const all = await builtCommand(
      directory,
      ...['export', '--all', '--format', 'csv', '--table', 'sessions', '--output', target],
      ...['--db', '.realworld/realworld_testing.db'],
    );
    expect(all).toEqual({ exitCode: 0, output: '', complaints: `Export: ${target}\n` });
    const records = readFileSync(target, 'utf8').split('\r\n');
    expect(records[0]).toMatch(/^session_id,project_path,start_time,/);
    expect(records.slice(1, -1).map((record) => record.split(',')[0])).toEqual([
      'run-01',
      'run-02',
      'run-03',
    ]);
    expect(readdirSync(join(directory, 'out'))).toEqual(['alle Läufe.csv']);
  });

  test('keeps formulas from a spreadsheet unless --raw is given', async () => {
    const sessions = new SessionsOfRuns();
    const id = sessions.add({ levelMs: 10 });
    sessions.store.ingestFor(id).ingest([
      {
        entry: 'activity',
        activity: sampleActivity({
          activityId: 'hostile',
          outcome: 'failed',
          error: { name: 'Error', message: '=HYPERLINK("http://x.invalid","a")' },
        }),
      },
    ]);
    const guarded = await builtCommand(sessions.directory, 'export', '--format', 'csv');
    expect(guarded.output).toContain(`"'=HYPERLINK(""http://x.invalid"",""a"")"`);
    const raw = await builtCommand(sessions.directory, 'export', '--format', 'csv', '--raw');
    expect(raw.output).toContain(`"=HYPERLINK(""http://x.invalid"",""a"")"`);
  });

  test('is quiet when its reader has seen enough', async () => {
    const sessions = new SessionsOfRuns();
    // Far more than a pipe holds, so that the program is still writing when its reader goes.
    sessions.addAll(
      Array.from({ length: 40 }, () => 10),
      { methods: ['buy', 'sell'] },
    );
    const end = await inBash(
      sessions.directory,
      `"$NODE" "$MAIN" export --all --table activities | head -1; ${tellCodes}`,
    );
    expect(end.complaints).toBe('');
    const [first = '', codes] = end.output.split('\n');
    expect(JSON.parse(first)).toMatchObject({ type: 'activity' });
    expect(codes).toBe('codes 0 0');
    const report = await inBash(sessions.directory, `"$NODE" "$MAIN" report | true; ${tellCodes}`);
    expect(report).toMatchObject({ complaints: '', output: 'codes 0 0\n' });
  });

  test('ends with 2 and what is right for what cannot be carried out', async () => {
    const sessions = new SessionsOfRuns();
    const { directory } = sessions;
    sessions.add({ levelMs: 10 });
    mkdirSync(join(directory, 'folder'));
    for (const [words, advice] of [
      [['--format', 'cvs'], 'Unknown format "cvs". Did you mean "csv"?'],
      [['--table', 'isues'], 'Unknown table "isues". Did you mean "issues"?'],
      [['--format', 'csv', '--table', 'issues', '--table', 'metrics'], 'A CSV file holds one table.'],
      [['--raw'], 'Option "--raw" is for --format csv.'],
      [['run-01', '--all'], 'only one of them'],
      [['--output', 'folder'], 'it is a folder'],
    ] as const) {
      const end = await builtCommand(directory, 'export', ...words);
      expect([words, end.exitCode, end.output]).toEqual([words, 2, '']);
      expect(end.complaints).toContain(advice);
    }
    const full = await inBash(directory, '"$NODE" "$MAIN" sessions > /dev/full; echo "code $?"');
    expect(full.output).toBe('code 1\n');
    expect(full.complaints).toContain('The output cannot be written');
  });
});
