import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyTree } from '../fixtures/copy-tree.js';
import { WorkspaceFixture } from '../fixtures/workspace.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const nothing: ReadonlySet<string> = new Set();

function makeTree(files: Readonly<Record<string, string>>): string {
  const root = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

describe('a copy of a tree', () => {
  test('holds every file and folder but those that are to be left out', async () => {
    const root = makeTree({ 'a.txt': 'a', 'deep/b.txt': 'b', '.git/HEAD': 'x', 'deep/.git/HEAD': 'y' });
    mkdirSync(join(root, 'hollow'));
    const target = join(temporaryDirectory(), 'copy');
    expect(await copyTree(root, target, new Set(['.git']))).toEqual([]);
    expect(readdirSync(target, { recursive: true }).sort()).toEqual([
      'a.txt',
      'deep',
      'deep/b.txt',
      'hollow',
    ]);
    expect(readFileSync(join(target, 'deep/b.txt'), 'utf8')).toBe('b');
  });

  test('has links that stay within it and none that lead out', async () => {
    const root = makeTree({ 'a.txt': 'a' });
    symlinkSync('a.txt', join(root, 'relative'));
    symlinkSync(join(root, 'a.txt'), join(root, 'absolute'));
    symlinkSync('.', join(root, 'circle'));
    symlinkSync('..', join(root, 'up'));
    symlinkSync('/etc', join(root, 'away'));
    const target = join(temporaryDirectory(), 'copy');
    const leftOut = await copyTree(root, target, nothing);
    expect(leftOut.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'away leads-out',
      'up leads-out',
    ]);
    expect(readlinkSync(join(target, 'relative'))).toBe('a.txt');
    expect(readlinkSync(join(target, 'absolute'))).toBe(join(target, 'a.txt'));
    expect(readlinkSync(join(target, 'circle'))).toBe('.');
  });

  test('lacks the file that leads to the repository of the original', async () => {
    const root = makeTree({ '.git': 'gitdir: /somewhere/.git/worktrees/linked\n' });
    const target = join(temporaryDirectory(), 'copy');
    expect(await copyTree(root, target, nothing)).toMatchObject([{ path: '.git', reason: 'leads-out' }]);
    expect(existsSync(join(target, '.git'))).toBe(false);
  });

  test('does not hold itself when it is made within what it copies', async () => {
    const root = makeTree({ 'a.txt': 'a' });
    const target = join(root, 'holder/copy');
    await copyTree(root, target, nothing);
    expect(readdirSync(target)).toEqual(['a.txt']);
  });

  test.skipIf(process.platform !== 'linux')('keeps names that are no UTF-8', async () => {
    const root = temporaryDirectory();
    const name = Buffer.from([0x66, 0xff, 0x2e, 0x6a, 0x73]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), 'kept');
    const target = join(temporaryDirectory(), 'copy');
    expect(await copyTree(root, target, nothing)).toEqual([]);
    expect(readdirSync(target, { encoding: 'buffer' })).toEqual([name]);
  });

  test('throws when the folder is not there', async () => {
    const root = join(temporaryDirectory(), 'nowhere');
    await expect(copyTree(root, join(temporaryDirectory(), 'copy'), nothing)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

test('what a copy lacks is told once, however many copies are made', async () => {
  const root = makeTree({ 'a.txt': 'a' });
  for (const name of ['one', 'two', 'three', 'four']) execFileSync('mkfifo', [join(root, name)]);
  const told: unknown[] = [];
  const workspace = new WorkspaceFixture(root, {
    recordMetric: (name, value, unit) => told.push([name, value, unit]),
    recordIssue: ({ severity, issueType, description }) => told.push([severity, issueType, description]),
  });
  await workspace.copy();
  await workspace.copy();
  expect(workspace.leftOut.map(({ path }) => path)).toEqual(['four', 'one', 'three', 'two']);
  expect(told).toHaveLength(2);
  expect(told[0]).toEqual(['workspace_left_out', 4, 'entries']);
  expect(told[1]).toMatchObject([
    'info',
    'left_out',
    expect.stringMatching(/lacks four \(not-a-file\), one .*, three .* and 1 more\.$/),
  ]);
  await workspace.removeCopies();
});
