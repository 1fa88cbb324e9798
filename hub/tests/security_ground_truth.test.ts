import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecurityScanner } from '../capabilities/security_scanner/index.js';
import { fetchPackages } from '../scenarios/support/fetch-packages.js';
import { countSinks, judgeSink } from '../scenarios/support/score-sinks.js';
import { makeSecretSamples } from '../scenarios/support/secret-samples.js';
import { readTarEntries } from '../scenarios/support/tar-entries.js';
import { readVulnerablePackages } from '../scenarios/support/vulnerable-packages.js';

let folder = '';
let archive: Buffer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ground-truth-'));
  const deep = join(folder, 'made', 'package', 'a'.repeat(60), 'b'.repeat(60));
  mkdirSync(deep, { recursive: true });
  writeFileSync(
    join(folder, 'made', 'package', 'package.json'),
    JSON.stringify({ name: 'planted', version: '1.0.0' }),
  );
  writeFileSync(join(folder, 'made', 'package', 'index.js'), 'eval(input);\n');
  writeFileSync(join(deep, 'deep.js'), 'deep();\n');
  symlinkSync('/etc/hostname', join(folder, 'made', 'package', 'link.js'));
  execFileSync('tar', ['czf', 'planted.tgz', '-C', 'made', 'package'], { cwd: folder });
  archive = readFileSync(join(folder, 'planted.tgz'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the labelled packages', () => {
  const packages = readVulnerablePackages();

  it('are more than sixty vulnerable versions, and some that no rule was made with', () => {
    const versions = packages.map(({ name, vulnerable }) => `${name}@${vulnerable.version}`);
    expect(new Set(versions).size).toBe(packages.length);
    expect(versions.length).toBeGreaterThanOrEqual(60);
    expect(packages.filter(({ heldOut }) => heldOut).length).toBeGreaterThanOrEqual(20);
  });

  it('have a checksum, a place and a reason each', () => {
    for (const { vulnerable, fixed, cwe, sinks } of packages) {
      expect(cwe).toMatch(/^CWE-\d+$/);
      for (const version of fixed === null ? [vulnerable] : [vulnerable, fixed]) {
        expect(version.integrity).toMatch(/^sha512-[\w+/]{86}==$/);
      }
      expect(sinks.length).toBeGreaterThan(0);
      for (const { file, line, reason, fixedLine, inFixed } of sinks) {
        expect(file).not.toMatch(/^\/|\.\.|\\/);
        expect(line).toBeGreaterThan(0);
        expect(reason.length).toBeGreaterThan(10);
        if (fixed === null) expect(fixedLine).toBeUndefined();
        if (inFixed?.verdict === 'still-dangerous') expect(inFixed.reason).toBeTruthy();
      }
    }
  });
});

describe('readTarEntries', () => {
  it('reads wanted files, with long paths, and no links', () => {
    const long = `${'a'.repeat(60)}/${'b'.repeat(60)}/deep.js`;
    const found = readTarEntries(archive, new Set(['index.js', long, 'link.js', 'gone.js']));
    expect([...found].map(([path, bytes]) => [path, bytes.toString()]).sort()).toEqual([
      [long, 'deep();\n'],
      ['index.js', 'eval(input);\n'],
    ]);
  });

  it('refuses an archive that unpacks to too much', () => {
    expect(() => readTarEntries(archive, new Set(['index.js']), { maxBytes: 1_000 })).toThrow(RangeError);
  });
});

describe('fetchPackages', () => {
  let server: Server;
  let registry = '';
  let requests = 0;
  const integrityOf = (bytes: Buffer) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests += 1;
      if (request.url === '/planted') {
        const dist = { tarball: `${registry}/planted.tgz`, integrity: integrityOf(archive) };
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            name: 'planted',
            'dist-tags': { latest: '1.0.0' },
            versions: { '1.0.0': { name: 'planted', version: '1.0.0', dist } },
          }),
        );
      } else if (request.url === '/planted.tgz') {
        response.end(archive);
      } else {
        response.writeHead(404).end('{}');
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const planted = (integrity: string) => ({
    name: 'planted',
    version: '1.0.0',
    integrity,
    files: ['index.js'],
  });

  it('reads files of a version once, then out of the cache, and says what is not there', async () => {
    const cacheFolder = join(folder, 'cache');
    const wanted = [planted(integrityOf(archive)), { ...planted('sha512-gone'), name: 'not-there' }];
    const first = await fetchPackages(wanted, { cacheFolder, signal, registry });
    expect([...first.sources]).toEqual([['planted@1.0.0/index.js', 'eval(input);\n']]);
    expect([...first.missing]).toEqual([['not-there@1.0.0', 'npm could not fetch it']]);
    const before = requests;
    const second = await fetchPackages(wanted.slice(0, 1), { cacheFolder, signal, registry });
    expect(second.sources.size).toBe(1);
    expect(second.downloaded).toBe(0);
    expect(requests).toBe(before);
    expect(readdirSync(cacheFolder).filter((name) => name.startsWith('.fetching'))).toEqual([]);
  }, 60_000);

  it('refuses an archive with another checksum', async () => {
    const other = planted(integrityOf(Buffer.from('other')));
    const result = await fetchPackages([other], { cacheFolder: join(folder, 'other'), signal, registry });
    expect(result.sources.size).toBe(0);
    expect(result.missing.get('planted@1.0.0')).toMatch(/recorded checksum/);
  }, 60_000);

  it('gives up at once where there is no registry', async () => {
    const result = await fetchPackages([planted(integrityOf(archive))], {
      cacheFolder: join(folder, 'none'),
      signal,
      // The discard port: nothing listens there.
      registry: 'http://127.0.0.1:9',
    });
    expect(result.missing.get('planted@1.0.0')).toBe('the registry cannot be reached');
  }, 60_000);
});

describe('scoring', () => {
  const [owner] = readVulnerablePackages();
  const finding = (line: number, engine: string) => ({ line, engine, rule: 'any', alsoFoundBy: [] });
  const sink = { file: 'a.js', line: 10, reason: 'a reason', fixedLine: 20 };

  it('counts findings within two lines, for each engine, and those that stay after the mending', () => {
    if (owner === undefined) throw new Error('The data is empty.');
    const near = [finding(12, 'patterns'), finding(13, 'other')];
    const judged = [
      judgeSink(owner, sink, near, [finding(21, 'patterns')]),
      judgeSink(owner, { ...sink, inFixed: { verdict: 'still-dangerous' } }, near, [finding(19, 'patterns')]),
      judgeSink(owner, sink, [], []),
      judgeSink(owner, sink, near, undefined),
    ];
    expect(judged[0]?.inFixed).toBe('unjudged');
    expect(countSinks(judged)).toEqual({ sinks: 4, found: 3, mended: 3, falseAlarms: 1, stillDangerous: 1 });
    expect(countSinks(judged, 'other')).toMatchObject({ found: 0, falseAlarms: 0 });
  });
});

describe('scanSecrets', () => {
  it('finds made-up credentials of every format and no near miss', async () => {
    const scanner = new SecurityScanner();
    const wrong: string[] = [];
    const samples = makeSecretSamples(7, 10);
    for (const { format, text, isSecret } of samples) {
      const found = await scanner.scanSecrets(text, { path: 'settings.env' });
      if (found.length > 0 !== isSecret) wrong.push(`${format}: ${isSecret ? 'missed' : 'false'}`);
      for (const { line } of found) expect(line).toBe(2);
    }
    expect(new Set(samples.map(({ format }) => format)).size).toBe(20);
    expect(wrong).toEqual([]);
  });

  it('passes over placeholders', async () => {
    const scanner = new SecurityScanner();
    const placeholders = [`AKIA${'A'.repeat(16)}`, `AKIA${'IOSFODNN7'}EXAMPLE`, 'redis://user:password@host'];
    for (const text of placeholders) {
      expect(await scanner.scanSecrets(`key = ${text}`, { path: 'a.env' }), text).toEqual([]);
    }
  });
});
