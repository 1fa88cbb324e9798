import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  listWorkspaceFiles,
  readWorkspaceSource,
  readWorkspaceSources,
  type WorkspaceFiles,
} from '../files/workspace-files.js';

// A published package lies in a node_modules folder itself.
const parent = mkdtempSync(join(tmpdir(), 'workspace-files-'));
const root = join(parent, 'node_modules', 'a package');

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function reasonsOf({ skipped }: WorkspaceFiles): Record<string, string> {
  return Object.fromEntries(skipped.map(({ path, reason }) => [path, reason]));
}

beforeAll(() => {
  write('src/b.ts', 'export const größe = 1;\n');
  write('src/a b.jsx', 'export {};\n');
  write('src/B.MTS', '\uFEFFexport {};\n');
  write('src/deep/er/c.cjs', '');
  write('src/types.d.ts', 'declare const a: 1;\n');
  write('src/style.d.css.ts', 'export {};\n');
  write('src/video.ts', Buffer.from([0x47, 0, 1, 2]));
  write('src/latin.js', Buffer.from([0x2f, 0x2f, 0xe4, 0x0a]));
  write('src/large.js', `//${'x'.repeat(2_000)}\n`);
  write('README.md', '# a\n');
  write('node_modules/other/index.js', 'void 0;\n');
  write('.git/hooks/hook.js', 'void 0;\n');
  write('dist/b.js', 'void 0;\n');
  write('packages/one/dist/b.js', 'void 0;\n');
  symlinkSync(root, join(root, 'src/loop'));
  symlinkSync(join(root, 'src/b.ts'), join(root, 'src/link.ts'));
});

afterAll(() => rmSync(parent, { recursive: true, force: true }));

describe('listWorkspaceFiles', () => {
  it('lists every source file of the tree in order of paths, with size and language', async () => {
    const { files } = await listWorkspaceFiles(root);
    expect(files).toEqual([
      { path: 'dist/b.js', sizeBytes: 8, language: 'javascript' },
      { path: 'packages/one/dist/b.js', sizeBytes: 8, language: 'javascript' },
      { path: 'src/B.MTS', sizeBytes: 14, language: 'typescript' },
      { path: 'src/a b.jsx', sizeBytes: 11, language: 'javascript' },
      { path: 'src/b.ts', sizeBytes: 26, language: 'typescript' },
      { path: 'src/deep/er/c.cjs', sizeBytes: 0, language: 'javascript' },
      { path: 'src/large.js', sizeBytes: 2_003, language: 'javascript' },
    ]);
  });

  it('gives the reason of each file and folder it leaves out', async () => {
    expect(reasonsOf(await listWorkspaceFiles(root))).toEqual({
      '.git/': 'git-directory',
      'README.md': 'extension',
      'node_modules/': 'node-modules',
      'src/latin.js': 'invalid-utf8',
      'src/link.ts': 'symbolic-link',
      'src/loop': 'symbolic-link',
      'src/style.d.css.ts': 'declaration',
      'src/types.d.ts': 'declaration',
      'src/video.ts': 'binary',
    });
  });

  it('leaves out files over a size limit and says both sizes', async () => {
    const { skipped } = await listWorkspaceFiles(root, { maxFileBytes: 1_000 });
    expect(skipped).toContainEqual({
      path: 'src/large.js',
      reason: 'too-large',
      detail: '2003 bytes, the limit is 1000',
    });
  });

  it('leaves out a name anywhere and a path from the root', async () => {
    const byName = reasonsOf(await listWorkspaceFiles(root, { exclude: ['dist'] }));
    expect(byName).toMatchObject({ 'dist/': 'excluded', 'packages/one/dist/': 'excluded' });
    const byPath = await listWorkspaceFiles(root, { exclude: ['./dist', 'src/deep/'] });
    expect(byPath.files.map(({ path }) => path)).toContain('packages/one/dist/b.js');
    expect(reasonsOf(byPath)).toMatchObject({ 'dist/': 'excluded', 'src/deep/': 'excluded' });
  });

  it('takes the extensions it is given', async () => {
    const { files } = await listWorkspaceFiles(root, { extensions: ['.MD'] });
    expect(files).toEqual([{ path: 'README.md', sizeBytes: 4, language: 'other' }]);
  });

  it('refuses a root that is missing or a file', async () => {
    await expect(listWorkspaceFiles(join(root, 'missing'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(listWorkspaceFiles(join(root, 'README.md'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses exclusions it would misread and sizes that admit nothing', async () => {
    await expect(listWorkspaceFiles(root, { exclude: ['**/dist'] })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(listWorkspaceFiles(root, { maxFileBytes: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('ends with the reason of an aborted signal', async () => {
    const reason = new Error('no longer wanted');
    await expect(listWorkspaceFiles(root, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      code: 'INTERRUPTED',
      cause: reason,
    });
  });

  // The superuser may read everything.
  it.skipIf(process.getuid?.() === 0)('reports folders and files it may not read', async () => {
    write('closed/a.js', '');
    write('src/secret.js', '');
    chmodSync(join(root, 'closed'), 0);
    chmodSync(join(root, 'src/secret.js'), 0);
    const reasons = reasonsOf(await listWorkspaceFiles(root));
    chmodSync(join(root, 'closed'), 0o700);
    rmSync(join(root, 'closed'), { recursive: true });
    rmSync(join(root, 'src/secret.js'));
    expect(reasons).toMatchObject({ 'closed/': 'unreadable', 'src/secret.js': 'unreadable' });
  });

  it('walks a published package whole', async () => {
    const { files, skipped } = await listWorkspaceFiles(
      resolve(import.meta.dirname, '../../node_modules/three/src'),
    );
    expect(files.length).toBeGreaterThan(700);
    expect(skipped.every(({ reason }) => reason === 'extension')).toBe(true);
  });
});

describe('readWorkspaceSources', () => {
  it('hands over texts without a byte order mark', async () => {
    const { files } = await readWorkspaceSources(root);
    expect(files.find(({ path }) => path === 'src/B.MTS')?.text).toBe('export {};\n');
    expect(files.find(({ path }) => path === 'src/b.ts')?.text).toBe('export const größe = 1;\n');
  });
});

describe('readWorkspaceSource', () => {
  it('judges one path as the walk does', () => {
    expect(readWorkspaceSource(root, 'src/b.ts')).toMatchObject({ path: 'src/b.ts', sizeBytes: 26 });
    expect(readWorkspaceSource(root, 'src/missing.ts')).toBeUndefined();
    expect(readWorkspaceSource(root, 'src')).toBe('folder');
    expect(readWorkspaceSource(root, 'node_modules/other/index.js')).toEqual({
      path: 'node_modules/',
      reason: 'node-modules',
    });
    expect(readWorkspaceSource(root, 'src/loop/src/b.ts')).toEqual({
      path: 'src/loop/',
      reason: 'symbolic-link',
    });
    expect(() => readWorkspaceSource(root, '../a.js')).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
  });
});
