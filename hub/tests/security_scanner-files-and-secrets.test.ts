import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecurityScanner } from '../capabilities/security_scanner/index.js';

const threeSource = fileURLToPath(new URL('../../node_modules/three/src', import.meta.url));

let folder = '';
let scanner: SecurityScanner;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'security-scanner-'));
  scanner = new SecurityScanner();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe('scanFiles', () => {
  it('scans a real tree whole and reports each weakness in its file', async () => {
    const { files, findings, skipped } = await scanner.scanFiles(threeSource);
    expect(files).toBeGreaterThan(700);
    expect(skipped.filter(({ reason }) => reason === 'unparsable')).toEqual([]);
    expect(new Set(findings.map(({ path, line, cwe }) => `${path}:${line}:${cwe}`)).size).toBe(
      findings.length,
    );
    expect(findings.every(({ line, path }) => line > 0 && path.endsWith('.js'))).toBe(true);
  });

  it('lists a file that does not parse, and what the walk leaves out', async () => {
    write('tree/good.ts', 'export const run = (text: string) => eval(text);');
    write('tree/broken.js', 'function (');
    write('tree/types.d.ts', 'export declare const a: number;');
    write('tree/node_modules/other/index.js', 'eval(x)');
    const result = await scanner.scanFiles(join(folder, 'tree'));
    expect(result.files).toBe(1);
    expect(result.findings.map(({ path, cwe }) => ({ path, cwe }))).toEqual([
      { path: 'good.ts', cwe: 'CWE-95' },
    ]);
    expect(result.skipped.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'broken.js unparsable',
      'node_modules/ node-modules',
      'types.d.ts declaration',
    ]);
    expect(result.skipped[0]?.detail).toMatch(/line 1, column 10/);
  });

  it('goes on after a file that breaks an engine, and lists it', async () => {
    write('deep/chain.js', `export const text = ${'a + '.repeat(60_000)}a;`);
    write('deep/other.js', 'eval(x);');
    const result = await scanner.scanFiles(join(folder, 'deep'));
    expect(result.findings.map(({ path }) => path)).toEqual(['other.js']);
    expect(result.skipped.map(({ path }) => path)).toEqual(['chain.js']);
    // The parser or a rule runs out of stack, whichever is first on this machine.
    expect(['unparsable', 'tool-failed']).toContain(result.skipped[0]?.reason);
    expect(result.skipped[0]?.detail).toMatch(/stack/);
  });

  it('takes given paths and says which are not there', async () => {
    write('some/a.js', 'eval(x);');
    write('some/b.js', 'eval(y);');
    write('some/deep/c.js', 'eval(z);');
    const result = await scanner.scanFiles(join(folder, 'some'), ['b.js', 'gone.js', 'deep']);
    expect(result.findings.map(({ path }) => path)).toEqual(['b.js']);
    expect(result.skipped.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'deep not-a-file',
      'gone.js not-found',
    ]);
    await expect(scanner.scanFiles(join(folder, 'some'), ['../tree/good.ts'])).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('ends with an error for a folder that is not there and for an abort', async () => {
    await expect(scanner.scanFiles(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      scanner.scanFiles(threeSource, undefined, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('scanSecrets', () => {
  // Put together at run time, so that no text in provider format stands in the repository.
  const letters = 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx';
  const planted: readonly { readonly rule: string; readonly value: string; readonly text: string }[] = [
    ['github', `${'gh'}p_${letters}`, 'const token = "VALUE";'],
    ['slack', `${'xox'}b-23984754863-2348975623103-abcdefghijklmnopqrstuvwx`, 'slack: VALUE'],
    ['aws', 'wJalrXUtnFEMI/K7MDENG/bPxRfi' + 'CYEXAMPLEABC', 'AWS_SECRET_ACCESS_KEY = "VALUE"'],
    ['basicauth', `https://bob:${'hunter2x'}@example.org/x`, 'url = "VALUE"'],
  ].map(([rule = '', value = '', text = '']) => ({ rule, value, text: text.replace('VALUE', value) }));

  it('finds credentials in provider formats, with their line, and never returns the value', async () => {
    for (const { rule, value, text } of planted) {
      const found = await scanner.scanSecrets(`first line\n${text}\n`, { path: 'settings.env' });
      expect(found.map((finding) => finding.rule)).toContain(rule);
      expect(found.every((finding) => finding.line === 2 && finding.cwe === 'CWE-798')).toBe(true);
      expect(JSON.stringify(found)).not.toContain(value);
      expect(JSON.stringify(found)).not.toContain(value.slice(4));
    }
  });

  it('finds a private key and nothing in ordinary code', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const found = await scanner.scanSecrets(privateKey, { path: 'id_rsa' });
    expect(found.map(({ cwe }) => cwe)).toEqual(['CWE-321']);
    expect(JSON.stringify(found)).not.toContain(privateKey.split('\n')[1]);
    expect(await scanner.scanSecrets('const token = process.env.TOKEN;', { path: 'a.js' })).toEqual([]);
  });

  it('is not silenced by comments in the text', async () => {
    const [{ text } = { text: '' }] = planted;
    const found = await scanner.scanSecrets(`// secretlint-disable\n${text} // secretlint-disable-line`, {
      path: 'a.js',
    });
    expect(found).toHaveLength(1);
  });
});
