// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the planted sources hold template strings of their own.
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finding, SecurityScanner } from '../capabilities/security_scanner/index.js';

const threeSource = fileURLToPath(new URL('../../node_modules/three/src', import.meta.url));

/** Without the optional engine each rule of this project must find its own weakness. */
function createOwnScanner(folder: string): SecurityScanner {
  return new SecurityScanner({ requireFrom: join(folder, 'nothing-installed-here.js') });
}

let folder = '';
let scanner: SecurityScanner;
let ownScanner: SecurityScanner;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'security-scanner-'));
  scanner = new SecurityScanner();
  ownScanner = createOwnScanner(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

interface Pair {
  readonly rule: string;
  readonly cwe: string;
  readonly weak: readonly string[];
  readonly mended: readonly string[];
}

// These pairs show that each rule does what it says. They were written beside the rules and say nothing about accuracy.
const pairs: readonly Pair[] = [
  {
    rule: 'command-from-parts',
    cwe: 'CWE-78',
    weak: [
      "import { exec } from 'node:child_process';\nexport const run = (name) => exec(`git log ${name}`);",
      "const cp = require('child_process');\nmodule.exports = (name) => { const line = 'tar xf ' + name; cp.execSync(line); };",
      "const run = require('util').promisify(require('child_process').exec);\nmodule.exports = (name) => run('ls ' + name);",
      "import { exec } from 'child_process';\nexport const run = (words) => exec(words.join(' '));",
      "import { spawn } from 'child_process';\nexport const run = (name) => spawn('sh', ['-c', 'du ' + name]);",
      "import { spawn } from 'child_process';\nexport const run = (name) => spawn(`du ${name}`, { shell: true });",
    ],
    mended: [
      "import { execFile } from 'node:child_process';\nexport const run = (name) => execFile('git', ['log', name]);",
      "import { exec } from 'node:child_process';\nexport const run = () => exec('git ' + 'log');",
      "const pattern = /a/;\nexport const find = (name) => pattern.exec('prefix ' + name);",
    ],
  },
  {
    rule: 'code-text-from-parts',
    cwe: 'CWE-94',
    weak: [
      'export const reader = (name) => `packet.read(${name})`;',
      'export const line = (text) => "buffer.push(\'" + text + "\');";',
      "export const head = (name) => 'var ' + name + ' = 1;';",
    ],
    mended: [
      'export const reader = (name) => `packet.read(${JSON.stringify(name)})`;',
      'export const colour = (red) => `rgb(${red})`;',
    ],
  },
  {
    rule: 'code-from-value',
    cwe: 'CWE-95',
    weak: [
      'export const compute = (text) => eval(text);',
      "export const compile = (body) => new Function('data', body);",
      "import vm from 'node:vm';\nexport const run = (code) => vm.runInNewContext(code, {});",
      "export const later = (name) => setTimeout('open(' + name + ')', 10);",
    ],
    mended: [
      'export const compute = (text) => JSON.parse(text);',
      "export const answer = new Function('return 42');",
      'export const later = (act) => setTimeout(act, 10);',
    ],
  },
  {
    rule: 'sql-from-parts',
    cwe: 'CWE-89',
    weak: [
      "export const find = (db, name) => db.query(`SELECT * FROM users WHERE name = '${name}'`);",
      "export const drop = (db, id) => db.run('DELETE FROM jobs WHERE id = ' + id);",
    ],
    mended: [
      "export const find = (db, name) => db.query('SELECT * FROM users WHERE name = $1', [name]);",
      'export const find = (sql, name) => sql`SELECT * FROM users WHERE name = ${name}`;',
      "export const label = (name) => 'Select a colour from ' + name;".replace(
        'Select a colour from',
        'Choose',
      ),
      "export const drop = (db, id) => db.run('DELETE FROM jobs WHERE id = ' + Number(id));",
    ],
  },
  {
    rule: 'query-object-from-request',
    cwe: 'CWE-943',
    weak: [
      'export const login = (req, users) => users.findOne({ name: req.body.name, password: req.body.password });',
      'export const list = (req, items) => items.find(req.query);',
    ],
    mended: [
      'export const login = (req, users) => users.findOne({ name: String(req.body.name) });',
      'export const list = (items) => items.find((item) => item.open);',
    ],
  },
  {
    rule: 'html-from-value',
    cwe: 'CWE-79',
    weak: [
      'export const show = (element, text) => { element.innerHTML = text; };',
      "export const add = (element, text) => element.insertAdjacentHTML('beforeend', `<b>${text}</b>`);",
      "export const print = (name) => document.write('<p>' + name + '</p>');",
    ],
    mended: [
      'export const show = (element, text) => { element.textContent = text; };',
      "export const clear = (element) => { element.innerHTML = ''; };",
      'export const show = (element, text) => { element.innerHTML = DOMPurify.sanitize(text); };',
    ],
  },
  {
    rule: 'html-from-request',
    cwe: 'CWE-79',
    weak: [
      "export const hello = (req, res) => res.send('<h1>Hello ' + req.query.name + '</h1>');",
      'export const hello = (req, res) => { const { name } = req.query; res.status(200).send(`<p>${name}</p>`); };',
    ],
    mended: [
      "export const hello = (req, res) => res.send('<h1>Hello ' + escapeHtml(req.query.name) + '</h1>');",
      'export const hello = (req, res) => res.json({ name: req.query.name });',
    ],
  },
  {
    rule: 'replace-without-effect',
    cwe: 'CWE-116',
    weak: ["export const quote = (name) => name.replace(/\\[/g, '[');"],
    mended: ["export const quote = (name) => name.replace(/\\]/g, ']]');"],
  },
  {
    rule: 'redirect-from-request',
    cwe: 'CWE-601',
    weak: [
      'export const back = (req, res) => res.redirect(req.query.next);',
      'export const back = (req, res) => { const next = req.query.next; res.redirect(302, next); };',
      "export const back = (req, res) => { res.setHeader('Location', req.query.next); res.end(); };",
    ],
    mended: [
      "export const back = (req, res) => res.redirect('/home');",
      'export const back = (req, res) => res.redirect(`/users/${req.params.id}`);',
    ],
  },
  {
    rule: 'fetch-from-request',
    cwe: 'CWE-918',
    weak: [
      'export const proxy = (req) => fetch(req.query.url);',
      "import axios from 'axios';\nexport const proxy = (req) => { const target = 'http://' + req.params.host; return axios.get(target); };",
    ],
    mended: [
      "export const proxy = () => fetch('https://api.example.org/items');",
      'export const proxy = (req) => fetch(`https://api.example.org/items/${req.params.id}`);',
    ],
  },
  {
    rule: 'path-from-request',
    cwe: 'CWE-22',
    weak: [
      "import { join } from 'node:path';\nexport const open = (req, root) => join(root, req.params.file);",
      "import fs from 'node:fs';\nexport const open = (req) => { const name = './files/' + req.query.name; return fs.readFileSync(name); };",
      'export const send = (req, res) => res.sendFile(req.query.file);',
    ],
    mended: [
      "import { basename, join } from 'node:path';\nexport const open = (req, root) => join(root, basename(req.params.file));",
      "import { resolve } from 'node:path';\nexport const open = (req, root) => { const full = resolve(root, req.params.file); if (!full.startsWith(root + '/')) throw new Error('outside'); return full; };",
    ],
  },
  {
    rule: 'prefix-without-separator',
    cwe: 'CWE-22',
    weak: [
      'export const isInside = (path, root) => path.substr(0, root.length) === root;',
      'export const isInside = (fullPath, folder) => fullPath.startsWith(folder);',
    ],
    mended: [
      "export const isInside = (path, root) => path.startsWith(root + '/');",
      'export const isNamed = (name, prefix) => name.startsWith(prefix);',
    ],
  },
  {
    rule: 'path-from-archive-entry',
    cwe: 'CWE-22',
    weak: [
      "const path = require('path');\nmodule.exports = (zip, to) => zip.forEach((entry) => write(path.join(to, entry.fileName)));",
    ],
    mended: [
      "const path = require('path');\nmodule.exports = (zip, to) => zip.forEach((entry) => { const full = path.join(to, entry.fileName); if (path.relative(to, full).startsWith('..')) return; write(full); });",
    ],
  },
  {
    rule: 'prototype-write',
    cwe: 'CWE-1321',
    weak: [
      'export const put = (store, group, key, value) => { store[group][key] = value; };',
      "export function set(target, path, value) { let node = target; const keys = path.split('.'); const last = keys.pop(); for (const key of keys) node = node[key]; node[last] = value; }",
      "export function merge(a, b) { for (const key in b) { if (typeof b[key] === 'object') merge(a[key], b[key]); else a[key] = b[key]; } return a; }",
    ],
    mended: [
      "const closed = ['__proto__', 'constructor'];\nconst isOpen = (key) => !closed.includes(key);\nfunction refuse(key) { if (!isOpen(key)) throw new Error(key); }\nexport const put = (store, group, key, value) => { refuse(group); refuse(key); store[group][key] = value; };",
      'export const put = (store, group, key, value) => { store.get(group).set(key, value); };',
      'export const fill = (grid, size) => { for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) grid[y][x] = 0; };',
      "export function merge(a, b) { for (const key in b) { if (key === '__proto__' || key === 'constructor') continue; if (typeof b[key] === 'object') merge(a[key], b[key]); else a[key] = b[key]; } return a; }",
    ],
  },
  {
    rule: 'guessable-secret',
    cwe: 'CWE-338',
    weak: [
      'export const sessionToken = () => Math.random().toString(36).slice(2);',
      'export function createPassword() { let text = ""; while (text.length < 12) text += Math.random().toString(36); return text; }',
    ],
    mended: [
      "import { randomUUID } from 'node:crypto';\nexport const sessionToken = () => randomUUID();",
      'export const jitterMs = () => Math.random() * 100;',
    ],
  },
  {
    rule: 'uneven-random',
    cwe: 'CWE-331',
    weak: [
      "import { randomBytes } from 'node:crypto';\nexport const digit = () => { const bytes = randomBytes(1); return bytes[0] % 10; };",
    ],
    mended: [
      "import { randomBytes } from 'node:crypto';\nexport const digit = () => { const bytes = randomBytes(1); return bytes[0] % 16; };",
    ],
  },
  {
    rule: 'weak-hash',
    cwe: 'CWE-328',
    weak: [
      "import { createHash } from 'node:crypto';\nexport const digest = (text) => createHash('md5').update(text).digest('hex');",
      "export const digest = (bytes) => crypto.subtle.digest('SHA-1', bytes);",
    ],
    mended: [
      "import { createHash } from 'node:crypto';\nexport const digest = (text) => createHash('sha256').update(text).digest('hex');",
    ],
  },
  {
    rule: 'weak-cipher',
    cwe: 'CWE-327',
    weak: [
      "import crypto from 'node:crypto';\nexport const lock = (key) => crypto.createCipheriv('aes-128-ecb', key, null);",
      "import crypto from 'node:crypto';\nexport const lock = (key) => crypto.createCipher('aes192', key);",
    ],
    mended: [
      "import crypto from 'node:crypto';\nexport const lock = (key, iv) => crypto.createCipheriv('aes-256-gcm', key, iv);",
    ],
  },
  {
    rule: 'few-key-rounds',
    cwe: 'CWE-916',
    weak: [
      "import { pbkdf2Sync } from 'node:crypto';\nexport const derive = (password, salt) => pbkdf2Sync(password, salt, 1000, 32, 'sha256');",
      'export const PBKDF2 = { keySize: 8, iterations: 1 };',
    ],
    mended: [
      "import { pbkdf2Sync } from 'node:crypto';\nexport const derive = (password, salt) => pbkdf2Sync(password, salt, 210000, 32, 'sha256');",
    ],
  },
  {
    rule: 'certificate-unchecked',
    cwe: 'CWE-295',
    weak: [
      "import https from 'node:https';\nexport const agent = new https.Agent({ rejectUnauthorized: false });",
      "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';",
      "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = 0;",
    ],
    mended: [
      "import https from 'node:https';\nexport const agent = new https.Agent({ rejectUnauthorized: true });",
    ],
  },
  {
    rule: 'signature-unchecked',
    cwe: 'CWE-347',
    weak: ["export const read = (jwt, token) => jwt.verify(token, '', { algorithms: ['none'] });"],
    mended: ["export const read = (jwt, token, key) => jwt.verify(token, key, { algorithms: ['RS256'] });"],
  },
  {
    rule: 'deserialise-untrusted',
    cwe: 'CWE-502',
    weak: [
      "const serialize = require('node-serialize');\nmodule.exports = (text) => serialize.unserialize(text);",
      "import v8 from 'node:v8';\nexport const read = (req) => v8.deserialize(req.body);",
    ],
    mended: ['export const read = (text) => JSON.parse(text);'],
  },
  {
    rule: 'yaml-any-type',
    cwe: 'CWE-502',
    weak: [
      "import yaml from 'js-yaml';\nexport const read = (text) => yaml.load(text);",
      "import { load } from 'js-yaml';\nexport const read = (text) => load(text);",
    ],
    mended: [
      "import yaml from 'js-yaml';\nexport const read = (text) => yaml.load(text, { schema: yaml.JSON_SCHEMA });",
      "import { load } from './settings.js';\nexport const read = (text) => load(text);",
    ],
  },
  {
    rule: 'xml-external-entities',
    cwe: 'CWE-611',
    weak: ['export const read = (xml, text) => xml.parseXml(text, { noent: true });'],
    mended: ['export const read = (xml, text) => xml.parseXml(text, { noent: false });'],
  },
  {
    rule: 'regex-exponential',
    cwe: 'CWE-1333',
    weak: [
      'export const isList = (text) => /^(a+)+$/.test(text);',
      'export const isWord = (text) => /^(\\w|\\d)*!$/.test(text);',
      'export const isSpaced = (text) => /^(\\s*a\\s*)*;$/.test(text);',
      "export const isList = (text) => new RegExp('^(\\\\w+,?)*;$').test(text);",
    ],
    mended: [
      'export const isList = (text) => /^a+$/.test(text);',
      'export const isList = (text) => /^(?:,\\w+)*$/.test(text);',
      'export const isQuoted = (text) => /^"(?:[^"\\\\]|\\\\.)*"$/.test(text);',
    ],
  },
  {
    rule: 'regex-polynomial',
    cwe: 'CWE-1333',
    weak: [
      'export const trimEnd = (text) => text.replace(/\\s+$/, "");',
      'export const isPair = (text) => /^\\s*,?\\s*;$/.test(text);',
    ],
    mended: [
      'export const isPair = (text) => /^\\s*,\\s*;$/.test(text);',
      'export const trimStart = (text) => text.replace(/^\\s+/, "");',
    ],
  },
  {
    rule: 'regex-wide-range',
    cwe: 'CWE-185',
    weak: ['export const isLetters = (text) => /^[A-z]$/.test(text);'],
    mended: ['export const isLetters = (text) => /^[A-Za-z]$/.test(text);'],
  },
  {
    rule: 'regex-from-request',
    cwe: 'CWE-1333',
    weak: ['export const search = (req, text) => new RegExp(req.query.pattern).test(text);'],
    mended: ['export const search = (req, text) => text.includes(req.query.pattern);'],
  },
];

function ownFindings(source: string, rule: string, path = 'planted.js'): readonly Finding[] {
  return ownScanner
    .scanCode(source, { path })
    .findings.filter((finding) =>
      [finding, ...finding.alsoFoundBy].some((found) => found.engine === 'patterns' && found.rule === rule),
    );
}

describe('the rules of this project', () => {
  it('have a planted pair each', () => {
    const named = ownScanner.rules().filter(({ engine }) => engine === 'patterns');
    expect(pairs.map(({ rule, cwe }) => ({ rule, cwe }))).toEqual(
      named.map(({ rule, cwe }) => ({ rule, cwe })),
    );
  });

  for (const { rule, cwe, weak, mended } of pairs) {
    it(`${rule} finds what is planted and is silent on the mended form`, () => {
      for (const source of weak) {
        const found = ownFindings(source, rule);
        expect(
          found.map((finding) => finding.cwe),
          source,
        ).toEqual([cwe]);
      }
      for (const source of mended) expect(ownFindings(source, rule), source).toEqual([]);
    });
  }

  it('name the line, column and last line of a weakness', () => {
    const source =
      "import { exec } from 'child_process';\n\nexport function run(name) {\n  exec(`\n    ls ${name}`);\n}";
    expect(ownFindings(source, 'command-from-parts')[0]).toMatchObject({ line: 4, column: 3, endLine: 5 });
  });

  it('read TypeScript and TSX', () => {
    const typed =
      "import { exec } from 'node:child_process';\nexport const run = (name: string): void => { exec(`ls ${name as string}`); };";
    expect(ownFindings(typed, 'command-from-parts', 'planted.ts')).toHaveLength(1);
    const page =
      'export const Page = ({ text }: { text: string }) => <p dangerouslySetInnerHTML={{ __html: text }} />;';
    expect(ownFindings(page, 'html-from-value', 'planted.tsx')).toHaveLength(1);
  });
});

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
