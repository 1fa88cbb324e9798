import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const manifest = {
  name: 'planted',
  version: '1.0.0',
  type: 'module',
  main: 'src/index.js',
  dependencies: {
    used: '^1.0.0',
    unused: '^1.0.0',
    carrier: '^1.0.0',
    beside: 'file:../beside',
    gone: '^1.0.0',
  },
  devDependencies: { exact: '1.0.0', '@scope/new': '~2.3.0' },
};

const installed: Readonly<Record<string, object>> = {
  used: { version: '1.0.0', peerDependencies: { exact: '^2.0.0' } },
  unused: { version: '1.0.0', dependencies: { shared: '^1.0.0' } },
  carrier: { version: '1.0.0', dependencies: { shared: '^2.0.0', weak: '~1.1.0' } },
  'carrier/node_modules/shared': { version: '2.0.0' },
  shared: { version: '1.0.0' },
  weak: { version: '1.1.0' },
  exact: { version: '1.0.0' },
  '@scope/new': { version: '1.9.0' },
  unlisted: { version: '3.0.0' },
};

/** Faults that the codebase is planted with: an unused and an unlisted package, a lost import, wrong and missing versions. */
export function plantPackages(root: string): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('package.json', JSON.stringify(manifest, undefined, 2));
  write(
    'src/index.js',
    "import used from 'used';\nimport carrier from 'carrier';\nimport unlisted from 'unlisted';\nimport { told } from './part.js';\nimport './nowhere.js';\nexport default [used, carrier, unlisted, told];\n",
  );
  write('src/part.js', 'export const told = 1;\nexport function untold() {}\n');
  write('src/orphan.js', 'export {};\n');
  for (const [path, fields] of Object.entries(installed)) {
    const name = path.split('node_modules/').at(-1) ?? path;
    write(`node_modules/${path}/package.json`, JSON.stringify({ name, main: 'main.js', ...fields }));
    write(`node_modules/${path}/main.js`, 'module.exports = 1;\n');
  }
}

/** Adds the lock file that npm would write for what is installed. */
export function lockPackages(root: string): void {
  const packages = Object.fromEntries(
    Object.entries(installed).map(([path, fields]) => [`node_modules/${path}`, fields]),
  );
  const lock = {
    name: 'planted',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: { '': manifest, ...packages },
  };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
}

const versions: Readonly<Record<string, readonly string[]>> = {
  used: ['1.0.0'],
  unused: ['1.0.0', '1.5.0'],
  carrier: ['1.0.0', '2.0.0'],
  exact: ['1.0.0', '1.0.1'],
  '@scope/new': ['2.3.0', '2.4.0'],
  weak: ['1.0.0', '1.1.0', '1.2.0'],
  shared: ['1.0.0', '2.0.0'],
};

/** Answers as a package registry does, with an advisory for `weak` below 1.2.0. */
export function answerAsRegistry(request: IncomingMessage, response: ServerResponse): void {
  const reply = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (request.url === '/-/npm/v1/security/advisories/bulk') {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const isPacked = request.headers['content-encoding'] === 'gzip';
      const asked = JSON.parse((isPacked ? gunzipSync(body) : body).toString()) as Record<string, string[]>;
      reply(200, asked.weak?.includes('1.1.0') === true ? { weak: [advisory] } : {});
    });
    return;
  }
  const name = decodeURIComponent((request.url ?? '').slice(1));
  const all = versions[name];
  if (all === undefined) {
    reply(404, { error: 'Not found' });
    return;
  }
  const fields = Object.fromEntries(all.map((version) => [version, { ...installed[name], name, version }]));
  reply(200, { name, 'dist-tags': { latest: all.at(-1) }, versions: fields });
}

const advisory = {
  id: 77,
  url: 'https://example.test/advisories/77',
  title: 'Prototype pollution in weak',
  severity: 'high',
  vulnerable_versions: '<1.2.0',
  cwe: ['CWE-1321'],
  cvss: { score: 7.5, vectorString: null },
};
