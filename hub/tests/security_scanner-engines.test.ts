import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecurityScanner } from '../capabilities/security_scanner/index.js';
import { createOwnScanner } from './support/own-scanner.js';

let folder = '';
let scanner: SecurityScanner;
let ownScanner: SecurityScanner;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'security-scanner-'));
  scanner = new SecurityScanner();
  ownScanner = createOwnScanner(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('scanned code', () => {
  const weak = "const cp = require('child_process');\nmodule.exports = (name) => cp.exec('ls ' + name);";

  it('cannot silence findings with comments', () => {
    const hostile = `/* eslint-disable */\n// ast-grep-ignore\n/* eslint security/detect-child-process: "off" */\n/* eslint-env node */\n${weak} // eslint-disable-line -- NOSONAR`;
    const names = (source: string) =>
      scanner
        .scanCode(source, { path: 'a.js' })
        .findings.flatMap(({ engine, rule, alsoFoundBy }) => [{ engine, rule }, ...alsoFoundBy]);
    expect(names(hostile)).toEqual(names(weak));
    expect(names(hostile).length).toBeGreaterThan(1);
  });

  it('cannot switch rules on with comments', () => {
    const source = '/* eslint no-undef: "error", no-var: "error" */\nvar a = unknownName;';
    expect(scanner.scanCode(source, { path: 'a.js' }).findings).toEqual([]);
  });

  it('cannot hide behind a path that linters ignore', () => {
    const found = scanner.scanCode(weak, { path: 'node_modules/.cache/dist/a.min.js' }).findings;
    expect(found.map(({ cwe }) => cwe)).toContain('CWE-78');
  });

  it('that does not parse is refused with the place', () => {
    expect(() => scanner.scanCode('const = 1;', { path: 'broken.js' })).toThrowError(
      expect.objectContaining({
        code: 'BAD_INPUT',
        message:
          'broken.js does not parse: Parsing error: Unexpected token = (line 1, column 7). Mend the syntax, or give the extension of its language.',
      }),
    );
  });

  it('is read as a script when it is no module', () => {
    const sloppy = 'with (Math) { eval(x); }\nvar octal = 010;';
    expect(scanner.scanCode(sloppy, { path: 'old.js' }).findings.map(({ cwe }) => cwe)).toContain('CWE-95');
  });
});

describe('engines', () => {
  const source = "import { exec } from 'child_process';\nexport const run = (name) => exec('ls ' + name);";

  it('that agree on a line and a weakness make one finding that names them all', () => {
    const commands = scanner
      .scanCode(source, { path: 'a.js' })
      .findings.filter(({ cwe }) => cwe === 'CWE-78');
    expect(commands).toHaveLength(1);
    const [{ engine, alsoFoundBy } = { engine: undefined, alsoFoundBy: [] }] = commands;
    expect([engine, ...alsoFoundBy.map((other) => other.engine)]).toEqual([
      'patterns',
      'eslint-plugin-security',
      'eslint-plugin-sonarjs',
    ]);
  });

  it('are all available when sonarjs is installed', () => {
    expect(scanner.engines().map(({ engine, outcome }) => `${engine} ${outcome}`)).toEqual([
      'patterns available',
      'eslint-plugin-security available',
      'eslint-plugin-sonarjs available',
      'secretlint available',
      'formats available',
    ]);
  });

  it('work without sonarjs and say what to install', () => {
    expect(ownScanner.engines()).toContainEqual({
      engine: 'eslint-plugin-sonarjs',
      outcome: 'unavailable',
      reason: 'eslint-plugin-sonarjs is not installed. Run: npm install --save-dev eslint-plugin-sonarjs@4',
    });
    expect(ownScanner.scanCode(source, { path: 'a.js' }).findings).toHaveLength(1);
    expect(ownScanner.rules().some(({ engine }) => engine === 'eslint-plugin-sonarjs')).toBe(false);
  });

  it('hold every rule that is mapped to a weakness', () => {
    const rules = scanner.rules();
    expect(rules.every(({ cwe }) => /^CWE-\d+$/.test(cwe))).toBe(true);
    expect(rules.filter(({ engine }) => engine === 'eslint-plugin-sonarjs')).toHaveLength(41);
    expect(rules.filter(({ enabled }) => !enabled).map(({ rule }) => rule)).toEqual([
      'detect-object-injection',
    ]);
  });

  it('leave out disabled rules, and refuse a name that is none', () => {
    const quiet = new SecurityScanner({
      disabledRules: [
        'patterns/code-from-value',
        'eslint-plugin-security/detect-eval-with-expression',
        'eslint-plugin-sonarjs/code-eval',
      ],
    });
    expect(quiet.scanCode('eval(x);', { path: 'a.js' }).findings).toEqual([]);
    expect(() => new SecurityScanner({ disabledRules: ['patterns/no-such'] })).toThrowError(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
  });
});

describe('evaluate', () => {
  it('counts lines found within two lines, lines missed, and findings on mended lines', () => {
    const weak = 'export const a = 1;\n\nexport const run = (text) => eval(text);\n';
    const accuracy = scanner.evaluate([
      { source: weak, path: 'near.js', sinkLines: [1], vulnerable: true },
      { source: `\n\n\n${weak}`, path: 'far.js', sinkLines: [1], vulnerable: true },
      { source: weak, path: 'mended.js', sinkLines: [], vulnerable: false },
      {
        source: 'export const run = (text) => JSON.parse(text);',
        path: 'clean.js',
        sinkLines: [1],
        vulnerable: false,
      },
    ]);
    expect(accuracy).toMatchObject({
      detected: 1,
      missed: 1,
      falsePositives: 1,
      precision: 0.5,
      recall: 0.5,
      withinLines: 2,
    });
    expect(accuracy.verdicts.map(({ path, verdict }) => `${path} ${verdict}`)).toEqual([
      'near.js detected',
      'far.js missed',
      'mended.js false-positive',
    ]);
  });

  it('claims nothing without cases', () => {
    expect(scanner.evaluate([])).toMatchObject({ detected: 0, precision: 0, recall: 0 });
  });
});

it.each(['a.ts', 'a.mts', 'a.cts', 'a.tsx', 'a.js', 'a.mjs'])('asks every engine about %s', (path) => {
  const code =
    "import { exec } from 'node:child_process';\nexport function list(folder) {\n  exec('ls ' + folder);\n}\n";
  const engines = scanner
    .scanCode(code, { path })
    .findings.flatMap(({ engine, alsoFoundBy }) => [engine, ...alsoFoundBy.map((other) => other.engine)]);
  expect(new Set(engines)).toEqual(new Set(['patterns', 'eslint-plugin-security', 'eslint-plugin-sonarjs']));
});
