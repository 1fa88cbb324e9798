import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { JournalEntry } from '../../src/model.js';
import { encodeEntry } from '../../src/recording/journal-codec.js';
import { JournalReader } from '../../src/recording/journal-reader.js';
import { JournalWriter, parseJournalName } from '../../src/recording/journal-writer.js';
import { compileSources } from '../support/compiled-sources.js';
import { runProgram } from '../support/run-program.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function ended(taskId: string): string {
  return encodeEntry({ entry: 'scenario_ended', taskId, attempt: 0, atMs: 1 });
}

function taskIds(entries: readonly JournalEntry[]): readonly string[] {
  return entries.flatMap((entry) => (entry.entry === 'scenario_ended' ? [entry.taskId] : []));
}

function writer(directory: string, workerPid = 5, complaints: string[] = []): JournalWriter {
  return new JournalWriter(directory, { workerPid, onFailure: (sentence) => complaints.push(sentence) });
}

describe('a writer', () => {
  test('makes the folder and names its file after the worker and the journal', () => {
    const journal = writer(join(temporaryDirectory(), 'deep', 'er'), 77);
    expect(existsSync(journal.path)).toBe(true);
    expect(parseJournalName(basename(journal.path))).toEqual({ workerPid: 77, journalId: journal.journalId });
    journal.close();
  });

  test('has written everything when flush() returns, in order', () => {
    const journal = writer(temporaryDirectory());
    journal.append(ended('one'));
    journal.append(ended('two'));
    journal.flush();
    expect(readFileSync(journal.path, 'utf8')).toBe(ended('one') + ended('two'));
    journal.close();
  });

  test('writes by itself when 64 KB have gathered', () => {
    const journal = writer(temporaryDirectory());
    journal.append(ended('x'.repeat(64 * 1024)));
    expect(readFileSync(journal.path, 'utf8').length).toBeGreaterThan(64 * 1024);
    journal.close();
  });

  test('writes by itself when a line comes 100 ms after the last writing, though no timer has run', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    onTestFinished(() => now.mockRestore());
    const journal = writer(temporaryDirectory());
    now.mockReturnValue(1_100);
    journal.append(ended('one'));
    expect(readFileSync(journal.path, 'utf8')).toBe('');
    now.mockReturnValue(1_101);
    journal.append(ended('two'));
    expect(readFileSync(journal.path, 'utf8')).toBe(ended('one') + ended('two'));
    journal.close();
  });

  test('asks for what is still to be noted before it flushes', () => {
    const journal = writer(temporaryDirectory());
    journal.beforeFlush = () => journal.append(ended('noted'));
    journal.flush();
    expect(readFileSync(journal.path, 'utf8')).toBe(ended('noted'));
    journal.beforeFlush = () => {};
    journal.close();
  });

  test('says once that its folder cannot be written, counts what is lost, and does not throw', () => {
    const file = join(temporaryDirectory(), 'a-file');
    writeFileSync(file, '');
    const complaints: string[] = [];
    const journal = writer(join(file, 'journal'), 5, complaints);
    for (const id of ['one', 'two', 'three']) {
      journal.append(ended(id));
      journal.flush();
    }
    journal.close();
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(`The journal ${journal.path} cannot be written: `);
    expect(complaints[0]).toContain('The test goes on unrecorded.');
    expect(journal.linesLost).toBe(3);
  });

  test.each(['5-abc.txt', 'x-abc.ndjson', '5-ABC.ndjson', '.ndjson', '5-.ndjson', 'session.json'])(
    'has no file called %s',
    (name) => {
      expect(parseJournalName(name)).toBeNull();
    },
  );
});

describe('a reader', () => {
  test('is told nothing by a folder that is not there yet, and all when it is', () => {
    const directory = join(temporaryDirectory(), 'later');
    const reader = new JournalReader(directory);
    expect(reader.readNew()).toEqual({ entries: [], more: false });
    const journal = writer(directory);
    journal.append(ended('one'));
    journal.close();
    expect(taskIds(reader.readNew().entries)).toEqual(['one']);
    expect(reader.readNew().entries).toEqual([]);
  });

  test('waits for the rest of a line that is being written, in the middle of a character too', () => {
    const directory = temporaryDirectory();
    const path = join(directory, '5-abc.ndjson');
    const bytes = Buffer.from(ended('grüße €'));
    const reader = new JournalReader(directory);
    const heard: string[] = [];
    for (const byte of bytes) {
      appendFileSync(path, Buffer.from([byte]));
      heard.push(...taskIds(reader.readNew().entries));
    }
    expect(heard).toEqual(['grüße €']);
    expect(reader.damaged).toEqual([]);
    expect(reader.readLeftovers()).toEqual([]);
  });

  test('tells of a last line that was cut off', () => {
    const directory = temporaryDirectory();
    const path = join(directory, '5-abc.ndjson');
    writeFileSync(path, `${ended('one')}${ended('two').slice(0, 12)}`);
    const reader = new JournalReader(directory);
    expect(taskIds(reader.readNew().entries)).toEqual(['one']);
    expect(reader.readLeftovers()).toEqual([{ path, reason: 'the last line ends after 12 bytes' }]);
  });

  test('counts a broken line in the middle and reads the rest', () => {
    const directory = temporaryDirectory();
    const path = join(directory, '5-abc.ndjson');
    writeFileSync(path, `${ended('one')}["a",1,\u0000\ufffd\n\n${ended('two')}[]\n${ended('three')}`);
    const reader = new JournalReader(directory);
    expect(taskIds(reader.readNew().entries)).toEqual(['one', 'two', 'three']);
    expect(reader.damaged.map((line) => line.path)).toEqual([path, path]);
  });

  test('reads several journals and knows their workers, and leaves other files alone', () => {
    const directory = temporaryDirectory();
    for (const workerPid of [5, 6]) {
      const journal = writer(directory, workerPid);
      journal.append(ended(`from ${workerPid}`));
      journal.close();
    }
    writeFileSync(join(directory, 'session.json'), ended('not this'));
    const reader = new JournalReader(directory);
    expect([...taskIds(reader.readNew().entries)].sort()).toEqual(['from 5', 'from 6']);
    expect([...reader.workerPids].sort()).toEqual([5, 6]);
  });

  test('stops at its budget, says that there is more, and goes on where it stopped', () => {
    const directory = temporaryDirectory();
    const ids: string[] = [];
    for (const workerPid of [5, 6]) {
      const journal = writer(directory, workerPid);
      for (let index = 0; index < 40; index++) {
        const id = `${workerPid}-${index}-${'x'.repeat(64 * 1024)}`;
        ids.push(id);
        journal.append(ended(id));
      }
      journal.close();
    }
    const reader = new JournalReader(directory);
    const heard: string[] = [];
    let more = true;
    let rounds = 0;
    while (more) {
      const read = reader.readNew(1);
      heard.push(...taskIds(read.entries));
      more = read.more;
      rounds++;
    }
    expect(rounds).toBeGreaterThan(4);
    expect(heard.sort()).toEqual(ids.sort());
  });
});

describe('a worker that is killed', () => {
  test('loses nothing that was flushed', async () => {
    const directory = compileSources(temporaryDirectory());
    const journals = join(directory, 'journals');
    const end = await runProgram(
      directory,
      'killed',
      `
      import { JournalWriter } from './src/recording/journal-writer.js';
      import { encodeEntry } from './src/recording/journal-codec.js';
      const journal = new JournalWriter(process.argv[2], { workerPid: process.pid, onFailure: console.error });
      const line = (taskId) => encodeEntry({ entry: 'scenario_ended', taskId, attempt: 0, atMs: 1 });
      for (let index = 0; index < 500; index++) journal.append(line('kept ' + index));
      journal.flush();
      journal.append(line('never flushed'));
      process.kill(process.pid, 'SIGKILL');
      `,
      [journals],
    );
    expect(end.signal).toBe('SIGKILL');
    const reader = new JournalReader(journals);
    const { entries } = reader.readNew();
    expect(taskIds(entries).slice(0, 500)).toEqual(
      Array.from({ length: 500 }, (_, index) => `kept ${index}`),
    );
    expect(reader.damaged).toEqual([]);
  });
});
