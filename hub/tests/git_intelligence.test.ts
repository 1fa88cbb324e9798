import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { GitIntelligence } from '../capabilities/git_intelligence/index.js';

const ADA = { name: 'Ada', email: 'ada@example.org' };
const BEN = { name: 'Ben Öst', email: 'ben@example.org' };
const UNICODE_PATH = 'docs/größe – 寸法.md';
const MAGIC_PATH = ':(top) --stat.js';

const parent = mkdtempSync(join(tmpdir(), 'git-intelligence-'));
const repository = join(parent, 'known history');
const intelligence = new GitIntelligence({ root: repository });
let day = 0;

function git(folder: string, args: readonly string[], author = ADA): string {
  const date = `2024-01-${String(day).padStart(2, '0')}T12:00:00+01:00`;
  return execFileSync('git', ['-c', 'commit.gpgsign=false', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
      GIT_COMMITTER_DATE: date,
    },
  });
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), content);
}

function commit(subject: string, author = ADA): void {
  day += 1;
  git(repository, ['add', '--all'], author);
  git(repository, ['commit', '--quiet', '--message', subject], author);
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, i) => `const line${from + i} = ${from + i};\n`).join('');
}

beforeAll(() => {
  mkdirSync(repository);
  day = 1;
  git(repository, ['init', '--quiet', '--initial-branch=main']);
  write('src/engine core.js', lines(1, 10));
  write('src/engine core.test.js', lines(1, 4));
  write(UNICODE_PATH, 'one\n');
  commit('Add the engine');
  write('src/engine core.js', lines(1, 10) + lines(11, 12));
  write('src/engine core.test.js', lines(1, 5));
  commit('Extend the engine', BEN);
  renameSync(join(repository, 'src/engine core.js'), join(repository, 'src/motor.js'));
  commit('Rename the engine');
  write('src/motor.js', lines(1, 13));
  write('src/engine core.test.js', lines(1, 6));
  write(MAGIC_PATH, 'void 0;\n');
  write('logo.bin', 'a\0b');
  commit('Extend the motor', BEN);
  git(repository, ['checkout', '--quiet', '-b', 'side', 'HEAD~1']);
  write('side.js', 'export {};\n');
  commit('Add a side');
  git(repository, ['checkout', '--quiet', 'main']);
  day += 1;
  git(repository, ['merge', '--quiet', '--no-ff', '--message', 'Merge the side', 'side']);
  write('gone.js', 'void 0;\n');
  commit('Add what goes');
  rmSync(join(repository, 'gone.js'));
  commit('Remove it');
});

afterAll(() => rmSync(parent, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

describe('hotspots', () => {
  it('ranks files by commits under their present names', async () => {
    const hotspots = await intelligence.hotspots();
    expect(hotspots[0]).toEqual({
      path: 'src/motor.js',
      commits: 4,
      churnLines: 13,
      authors: 2,
      lastChange: '2024-01-05T12:00:00+01:00',
    });
    expect(hotspots[1]).toMatchObject({ path: 'src/engine core.test.js', commits: 3, churnLines: 6 });
    expect(hotspots.map(({ path }) => path)).toEqual(
      expect.arrayContaining([UNICODE_PATH, MAGIC_PATH, 'logo.bin']),
    );
  });

  it('leaves out deleted files', async () => {
    expect((await intelligence.hotspots()).map(({ path }) => path)).not.toContain('gone.js');
  });

  it('counts only commits after a moment', async () => {
    const hotspots = await intelligence.hotspots(repository, { since: '2024-01-05T00:00:00Z', limit: 2 });
    expect(hotspots).toHaveLength(2);
    expect(hotspots.every(({ commits }) => commits === 1)).toBe(true);
  });

  it('refuses a date it cannot read', async () => {
    await expect(intelligence.hotspots(repository, { since: '--all' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('limits the answer to the folder asked about', async () => {
    const hotspots = await intelligence.hotspots(join(repository, 'src'));
    expect(hotspots.map(({ path, commits }) => [path, commits])).toEqual([
      ['motor.js', 4],
      ['engine core.test.js', 3],
    ]);
  });
});

describe('coupling', () => {
  it('finds files that change together with support and confidence', async () => {
    expect(await intelligence.coupling(repository, { minSupport: 3 })).toEqual([
      {
        files: ['src/engine core.test.js', 'src/motor.js'],
        support: 3,
        confidences: [1, 0.75],
        confidence: 1,
      },
    ]);
  });

  it('leaves out commits that change more files than allowed', async () => {
    expect(await intelligence.coupling(repository, { minSupport: 1, maxCommitFiles: 1 })).toEqual([]);
  });
});

describe('blame', () => {
  it('gives each range of lines its author and commit, through a rename', async () => {
    const ranges = await intelligence.blame(repository, 'src/motor.js');
    expect(ranges.map(({ author, startLine, endLine }) => [author, startLine, endLine])).toEqual([
      ['Ada', 1, 10],
      ['Ben Öst', 11, 12],
      ['Ben Öst', 13, 13],
    ]);
    expect(ranges[0]).toMatchObject({ isBoundary: true, date: '2024-01-02T11:00:00.000Z', email: ADA.email });
    expect(ranges[1]?.commit).not.toBe(ranges[2]?.commit);
  });

  it.each([UNICODE_PATH, MAGIC_PATH])('takes the path %s as it is spelled', async (path) => {
    expect(await intelligence.blame(repository, path)).toHaveLength(1);
  });

  it('reports a file that the last commit does not hold', async () => {
    await expect(intelligence.blame(repository, '--help')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(intelligence.blame(repository, '../outside.js')).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});

describe('ownership', () => {
  it('shares out the lines of a file', async () => {
    expect(await intelligence.ownership(repository, 'src/motor.js')).toEqual([
      { author: 'Ada', email: ADA.email, measure: 'lines', count: 10, share: 10 / 13 },
      { author: 'Ben Öst', email: BEN.email, measure: 'lines', count: 3, share: 3 / 13 },
    ]);
  });

  it('shares out the commits of a tree or folder', async () => {
    const whole = await intelligence.ownership(repository);
    expect(whole.map(({ author, measure, count }) => [author, measure, count])).toEqual([
      ['Ada', 'commits', 6],
      ['Ben Öst', 'commits', 2],
    ]);
    const folder = await intelligence.ownership(repository, 'docs');
    expect(folder.map(({ author, count, share }) => [author, count, share])).toEqual([['Ada', 1, 1]]);
  });
});

describe('history', () => {
  it('lists commits newest first, merges with both parents', async () => {
    const commits = await intelligence.history();
    expect(commits).toHaveLength(8);
    expect(commits[0]).toMatchObject({
      subject: 'Remove it',
      author: 'Ada',
      date: '2024-01-09T12:00:00+01:00',
    });
    const merge = commits.find(({ subject }) => subject === 'Merge the side');
    expect(merge?.parents).toHaveLength(2);
    expect(merge?.changes).toEqual([]);
  });

  it('tells renames, binary files and line counts', async () => {
    const commits = await intelligence.history();
    const changesOf = (subject: string) => commits.find((each) => each.subject === subject)?.changes;
    expect(changesOf('Rename the engine')).toEqual([
      {
        path: 'src/motor.js',
        previousPath: 'src/engine core.js',
        addedLines: 0,
        deletedLines: 0,
        isBinary: false,
      },
    ]);
    expect(changesOf('Extend the motor')).toContainEqual({
      path: 'logo.bin',
      addedLines: 0,
      deletedLines: 0,
      isBinary: true,
    });
  });

  it('stops at its limit', async () => {
    expect(await intelligence.history(repository, { limit: 2 })).toHaveLength(2);
    await expect(intelligence.history(repository, { limit: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('unusual repositories', () => {
  it('answers with nothing in a repository without commits', async () => {
    const empty = mkdtempSync(join(parent, 'empty-'));
    git(empty, ['init', '--quiet']);
    expect(await intelligence.history(empty)).toEqual([]);
    expect(await intelligence.hotspots(empty)).toEqual([]);
    expect(await intelligence.coupling(empty)).toEqual([]);
    expect(await intelligence.ownership(empty)).toEqual([]);
    expect(await intelligence.state(empty)).toEqual({ head: undefined, isShallow: false });
    await expect(intelligence.blame(empty, 'a.js')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses a folder outside any repository by name', async () => {
    const plain = mkdtempSync(join(parent, 'plain-'));
    await expect(intelligence.hotspots(plain)).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
      message: `${plain} lies in no git repository. Give one, or make it with git init.`,
    });
    await expect(intelligence.hotspots(join(plain, 'missing'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(new GitIntelligence().hotspots()).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('refuses a bare repository', async () => {
    const bare = mkdtempSync(join(parent, 'bare-'));
    git(bare, ['init', '--quiet', '--bare']);
    await expect(intelligence.history(bare)).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' });
  });

  it('does not take the cut of a shallow clone for changes', async () => {
    const shallow = join(parent, 'shallow');
    git(parent, ['clone', '--quiet', '--depth=2', `file://${repository}`, shallow]);
    expect(await intelligence.state(shallow)).toMatchObject({ isShallow: true });
    const commits = await intelligence.history(shallow);
    expect(commits.map(({ subject }) => subject)).toEqual(['Remove it', 'Add what goes']);
    expect(commits[1]?.changes).toEqual([]);
    expect(await intelligence.hotspots(shallow)).toEqual([]);
  });

  it('is unavailable without git', async () => {
    vi.stubEnv('PATH', parent);
    await expect(intelligence.history()).rejects.toMatchObject({ name: 'Unavailable' });
  });
});

describe('the repository of this project', () => {
  const root = resolve(import.meta.dirname, '../..');

  it('agrees with git about the number of commits and the last line of a file', async () => {
    const count = Number(
      execFileSync('git', ['rev-list', '--count', 'HEAD'], { cwd: root, encoding: 'utf8' }),
    );
    expect(await intelligence.history(root, { limit: 1_000_000 })).toHaveLength(count);
    const committed = execFileSync('git', ['show', 'HEAD:hub/errors.ts'], { cwd: root, encoding: 'utf8' });
    const ranges = await intelligence.blame(root, 'hub/errors.ts');
    expect(ranges.at(-1)?.endLine).toBe(committed.trimEnd().split('\n').length);
  });

  it('ranks only files that exist in the last commit', async () => {
    const tracked = execFileSync('git', ['ls-tree', '-rz', '--name-only', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
    });
    const hotspots = await intelligence.hotspots(root, { limit: 1_000_000 });
    expect(hotspots.length).toBeGreaterThan(0);
    expect(tracked.split('\0')).toEqual(expect.arrayContaining(hotspots.map(({ path }) => path)));
  });
});
