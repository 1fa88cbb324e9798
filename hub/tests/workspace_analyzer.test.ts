import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResourceMonitor } from '../capabilities/resource_monitor/index.js';
import { SecurityScanner } from '../capabilities/security_scanner/index.js';
import {
  type CodeSearchLike,
  type GitIntelligenceLike,
  WorkspaceAnalyzer,
} from '../capabilities/workspace_analyzer/index.js';
import { CapabilityError, Unavailable } from '../errors.js';
import { listWorkspaceFiles } from '../files/workspace-files.js';

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'workspace-analyzer-'));
  git('init', '--quiet');
  write('src/quiet.ts', 'export const answer: number = 42;\n');
  write('src/broken.js', 'function (\n');
  write('src/large.js', '// a line\n'.repeat(1_201));
  for (const round of [1, 2, 3]) {
    write('src/busy.js', `export const run = (text) => eval(text); // ${round}\n`);
    commit(`Round ${round}`);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' });
}

function commit(message: string): void {
  git('add', '.');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '--quiet', '-m', message);
}

/** Counts the commits of each file with git itself. */
const gitLog: GitIntelligenceLike = {
  async hotspots(folder) {
    const paths = execFileSync('git', ['log', '--name-only', '--format='], { cwd: folder, encoding: 'utf8' });
    const commits = new Map<string, number>();
    for (const path of paths.split('\n').filter(Boolean)) commits.set(path, (commits.get(path) ?? 0) + 1);
    return [...commits].map(([path, number]) => ({ path, commits: number, churnLines: number }));
  },
};

/** Takes every file of the walk as one chunk. */
const wholeFiles: CodeSearchLike = {
  async index(folder) {
    const { files, skipped } = await listWorkspaceFiles(folder);
    return { files: files.length, chunks: files.length, durationMs: 0, skipped };
  },
};

describe('an analysis', () => {
  it('joins what all parts find over the whole workspace', async () => {
    const analyzer = new WorkspaceAnalyzer({
      code_search: wholeFiles,
      security_scanner: new SecurityScanner(),
      git_intelligence: gitLog,
      resource_monitor: new ResourceMonitor(),
    });
    const analysis = await analyzer.analyse(root);

    expect(Object.values(analysis.parts).map(({ outcome }) => outcome)).toEqual(Array(4).fill('succeeded'));
    expect(analysis.files).toBe(4);
    expect(analysis.linesTotal).toBe(1_201 + 3);
    expect(analysis.languages).toEqual([
      { language: 'javascript', files: 3, lines: 1_203 },
      { language: 'typescript', files: 1, lines: 1 },
    ]);
    expect(analysis.skipped).toEqual([{ path: '.git/', reason: 'git-directory' }]);

    const texts = analysis.insights.map(({ source, severity, text }) => `${source} ${severity}: ${text}`);
    expect(texts).toContain(
      'git_intelligence+security_scanner critical: src/busy.js is among the files that change most (3 commits, 3 lines) and carries 1 finding: CWE-95.',
    );
    expect(texts).toContain(
      'workspace low: src/large.js has 1201 lines. Files over 1000 lines are worth splitting.',
    );
    expect(texts).toContain('code_search info: 4 chunks of 4 files can be searched.');
    expect(texts).toContain('workspace info: typescript: 1 file, 1 line, 0.1 % of all lines.');
    expect(texts.some((text) => text.includes('src/broken.js could not be scanned'))).toBe(true);
  });

  it('shows a part that fails and one that is not available, and what the others found', async () => {
    const analyzer = new WorkspaceAnalyzer({
      code_search: {
        index: () => Promise.reject(new Unavailable('No index here. Install one.')),
      },
      security_scanner: new SecurityScanner(),
      git_intelligence: {
        hotspots: (folder) =>
          Promise.reject(
            new CapabilityError('NOT_A_REPOSITORY', `${folder} is no repository. Run git init.`),
          ),
      },
    });
    const { parts, insights } = await analyzer.analyse(root);

    expect(parts.code_search).toEqual({ outcome: 'unavailable', reason: 'No index here. Install one.' });
    expect(parts.git_intelligence).toEqual({
      outcome: 'failed',
      error: {
        name: 'CapabilityError',
        code: 'NOT_A_REPOSITORY',
        message: `${root} is no repository. Run git init.`,
      },
      durationMs: expect.any(Number),
    });
    expect(parts.resource_monitor).toEqual({
      outcome: 'unavailable',
      reason: 'No resource_monitor was given to the workspace analyzer.',
    });
    expect(parts.security_scanner).toMatchObject({ outcome: 'succeeded', value: { files: 3 } });
    expect(
      insights
        .filter(({ text }) => /failed|available/.test(text))
        .map(({ source, severity }) => `${source} ${severity}`),
    ).toEqual(['git_intelligence medium', 'code_search low', 'resource_monitor low']);
    expect(insights.some(({ source, path }) => source === 'security_scanner' && path === 'src/busy.js')).toBe(
      true,
    );
  });

  it('shows a part that throws before it returns, and what is no error', async () => {
    const analyzer = new WorkspaceAnalyzer({
      code_search: {
        index: () => {
          throw new TypeError('No such thing');
        },
      },
      git_intelligence: { hotspots: () => Promise.reject('text') },
    });
    const { parts } = await analyzer.analyse(root);
    expect(parts.code_search).toMatchObject({
      outcome: 'failed',
      error: { name: 'TypeError', message: 'No such thing' },
    });
    expect(parts.git_intelligence).toMatchObject({
      outcome: 'failed',
      error: { name: 'string', message: 'text' },
    });
  });

  it('orders insights from the most severe', async () => {
    const { insights } = await new WorkspaceAnalyzer({ security_scanner: new SecurityScanner() }).analyse(
      root,
    );
    const rank = ['critical', 'high', 'medium', 'low', 'info'];
    const ranks = insights.map(({ severity }) => rank.indexOf(severity));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });

  it('tells that the machine is short of a resource', async () => {
    const busyMachine = {
      sample: () => new ResourceMonitor().sample(),
      isConstrained: () => new ResourceMonitor().isConstrained({ cpu: 100, memory: 0, disk: 100 }),
    };
    const { insights } = await new WorkspaceAnalyzer({ resource_monitor: busyMachine }).analyse(root);
    // The machine may be short of other things as well while tests run.
    expect(insights.find(({ text }) => text.includes('memory'))).toMatchObject({
      source: 'resource_monitor',
      severity: 'high',
      text: expect.stringMatching(/^The machine is short of memory: [\d.]+ % is used, the limit is 0 %\.$/),
    });
  });

  it('of a folder that is not there is refused', async () => {
    await expect(new WorkspaceAnalyzer({}).analyse(join(root, 'nowhere'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
