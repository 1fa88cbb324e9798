// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the planted sources hold template strings of their own.

/** A rule of this project, code that it must find, and the same code mended. */
export interface Pair {
  readonly rule: string;
  readonly cwe: string;
  readonly weak: readonly string[];
  readonly mended: readonly string[];
}

// These pairs show that each rule does what it says. They were written beside the rules and say nothing about accuracy.
export const pairs: readonly Pair[] = [
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
