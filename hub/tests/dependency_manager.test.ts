import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DependencyManager } from '../capabilities/dependency_manager/index.js';
import { Unavailable } from '../errors.js';
import { dependencyManagerWorkload } from '../scenarios/workloads/dependency_manager.js';
import { type LocalServer, serveLocally } from './support/local-server.js';
import { answerAsRegistry, lockPackages, plantPackages } from './support/planted-packages.js';
import { prepareWith } from './support/prepare-workload.js';

let root: string;
let registry: LocalServer;
let manager: DependencyManager;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'dependency-manager-test-'));
  plantPackages(root);
  registry = await serveLocally(answerAsRegistry);
  manager = new DependencyManager({ registry: registry.base, timeoutMs: 10_000 });
});

afterEach(async () => {
  await registry.close();
  rmSync(root, { recursive: true, force: true });
});

/** Every path of the root with when it was written and what is in it. */
function snapshot(): readonly string[] {
  return (readdirSync(root, { recursive: true }) as string[]).sort().map((path) => {
    const stat = statSync(join(root, path));
    const content = stat.isFile() ? readFileSync(join(root, path)) : '';
    return `${path} ${stat.mtimeMs} ${createHash('sha256').update(content).digest('hex')}`;
  });
}

describe('unused', () => {
  it('finds the planted unused and unlisted packages, lost imports, files and exports', async () => {
    expect(await manager.unused(root)).toMatchObject({
      dependencies: [
        { name: 'unused', group: 'dependencies', manifest: 'package.json' },
        { name: 'beside', group: 'dependencies' },
        { name: 'gone', group: 'dependencies' },
        // Not `exact`: knip counts it as used, because `used` asks for it as a peer.
        { name: '@scope/new', group: 'devDependencies' },
      ],
      unlisted: [{ name: 'unlisted', path: 'src/index.js', line: 3 }],
      unresolved: [{ name: './nowhere.js', path: 'src/index.js', line: 5 }],
      files: ['src/orphan.js'],
      exports: [{ name: 'untold', path: 'src/part.js', line: 2 }],
    });
  });

  it('says when it takes longer than its time', async () => {
    const hurried = new DependencyManager({ unusedTimeoutMs: 1 });
    await expect(hurried.unused(root)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('conflicts', () => {
  const planted = [
    {
      kind: 'invalid',
      from: 'planted',
      fromLocation: '.',
      name: '@scope/new',
      asked: '~2.3.0',
      found: '1.9.0',
    },
    { kind: 'missing', from: 'planted', fromLocation: '.', name: 'beside', asked: 'file:../beside' },
    { kind: 'missing', from: 'planted', fromLocation: '.', name: 'gone', asked: '^1.0.0' },
    {
      kind: 'peer',
      from: 'used@1.0.0',
      fromLocation: 'node_modules/used',
      name: 'exact',
      asked: '^2.0.0',
      found: '1.0.0',
    },
  ];
  const duplicates = [
    {
      name: 'shared',
      versions: expect.arrayContaining([
        { version: '1.0.0', locations: ['node_modules/shared'] },
        { version: '2.0.0', locations: ['node_modules/carrier/node_modules/shared'] },
      ]),
    },
  ];

  it('finds what is missing, wrong, at odds with a peer, and there twice, in node_modules and in a lock file', async () => {
    const source = join(root, 'node_modules');
    expect(await manager.conflicts(root)).toMatchObject({
      tree: 'installed',
      source,
      conflicts: planted,
      duplicates,
    });
    await expect(manager.conflicts(root, { tree: 'lock' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    lockPackages(root);
    expect(await manager.conflicts(root)).toMatchObject({ tree: 'lock', conflicts: planted, duplicates });
  });
});

describe('outdated', () => {
  it('finds newer versions, in the style of each range, and names what it left out', async () => {
    const { outdated, upToDate, skipped, source } = await manager.outdated(root);
    expect(source).toBe(`${registry.base}/`);
    expect([...outdated].sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      {
        name: '@scope/new',
        group: 'devDependencies',
        asked: '~2.3.0',
        installed: '1.9.0',
        latest: '2.4.0',
        upgradeTo: '~2.4.0',
        manifest: 'package.json',
      },
      {
        name: 'carrier',
        group: 'dependencies',
        asked: '^1.0.0',
        installed: '1.0.0',
        latest: '2.0.0',
        upgradeTo: '^2.0.0',
        manifest: 'package.json',
      },
      {
        name: 'exact',
        group: 'devDependencies',
        asked: '1.0.0',
        installed: '1.0.0',
        latest: '1.0.1',
        upgradeTo: '1.0.1',
        manifest: 'package.json',
      },
      {
        name: 'unused',
        group: 'dependencies',
        asked: '^1.0.0',
        installed: '1.0.0',
        latest: '1.5.0',
        upgradeTo: '^1.5.0',
        manifest: 'package.json',
      },
    ]);
    expect(upToDate).toBe(1);
    expect(skipped).toEqual([
      expect.objectContaining({ name: 'beside', reason: expect.stringContaining('names a place') }),
      expect.objectContaining({ name: 'gone', reason: 'the registry answered 404' }),
    ]);
  });
});

describe('vulnerabilities', () => {
  it.each(['installed', 'lock'] as const)(
    'are found in what is %s, with those that depend on them',
    async (tree) => {
      if (tree === 'lock') lockPackages(root);
      const report = await manager.vulnerabilities(root);
      expect(report).toMatchObject({ tree, source: `${registry.base}/`, audited: 9 });
      expect(report.vulnerabilities).toEqual([
        {
          name: 'carrier',
          severity: 'high',
          range: expect.any(String),
          instances: [{ version: '1.0.0', location: 'node_modules/carrier' }],
          isDirect: true,
          advisories: [],
          via: ['weak'],
        },
        {
          name: 'weak',
          severity: 'high',
          range: '<1.2.0',
          instances: [{ version: '1.1.0', location: 'node_modules/weak' }],
          isDirect: false,
          advisories: [
            {
              id: '77',
              title: 'Prototype pollution in weak',
              url: 'https://example.test/advisories/77',
              severity: 'high',
              cwe: ['CWE-1321'],
              range: '<1.2.0',
            },
          ],
          via: [],
        },
      ]);
    },
  );
});

it('writes nothing into the root', async () => {
  lockPackages(root);
  const before = snapshot();
  await manager.outdated(root);
  await manager.vulnerabilities(root);
  await manager.unused(root);
  await manager.conflicts(root);
  await manager.conflicts(root, { tree: 'installed' });
  expect(snapshot()).toEqual(before);
});

it('is unavailable with the reason when the registry cannot be reached or none is set', async () => {
  await registry.close();
  await expect(manager.outdated(root)).rejects.toBeInstanceOf(Unavailable);
  await expect(manager.vulnerabilities(root)).rejects.toBeInstanceOf(Unavailable);
  await expect(manager.outdated(root)).rejects.toThrow(/cannot be reached \(connect ECONNREFUSED/);
  await expect(manager.vulnerabilities(root)).rejects.toThrow(/gives no advisories \(.*ECONNREFUSED/);
});

it('refuses folders without a manifest, manifests that are none, and addresses that are none', async () => {
  const asking: readonly (() => Promise<unknown>)[] = [
    () => manager.outdated(root),
    () => manager.unused(root),
    () => manager.conflicts(root),
  ];
  await expect(manager.outdated(root, { registry: 'file:///etc' })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  });
  for (const text of ['{', '[]', 'null']) {
    writeFileSync(join(root, 'package.json'), text);
    for (const ask of asking) await expect(ask()).rejects.toMatchObject({ code: 'BAD_INPUT' });
  }
  rmSync(join(root, 'package.json'));
  for (const ask of asking) await expect(ask()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('is exercised by its workload', async () => {
  const { round } = await prepareWith(dependencyManagerWorkload, { dependency_manager: manager }, root);
  for (let number = 0; number < 2; number += 1) await round(number);
});
