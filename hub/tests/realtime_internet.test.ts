import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RealtimeInternet } from '../capabilities/realtime_internet/index.js';
import { Unavailable } from '../errors.js';
import { realtimeInternetWorkload } from '../scenarios/workloads/realtime_internet.js';
import { type LocalServer, serveLocally } from './support/local-server.js';
import { prepareWith } from './support/prepare-workload.js';

type Route = (request: IncomingMessage, response: ServerResponse) => void;

let stateDirectory: string;
let internet: RealtimeInternet;
let server: LocalServer;
let routes: Record<string, Route>;

beforeEach(async () => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'realtime-internet-'));
  routes = { '/plain': (_, response) => text(response, 'hello') };
  server = await serveLocally((request, response) => {
    const route = routes[request.url ?? ''];
    if (route !== undefined) return route(request, response);
    response.statusCode = 404;
    response.end('nothing here');
  });
  internet = open();
});

afterEach(async () => {
  await internet.dispose();
  await server.close();
  rmSync(stateDirectory, { recursive: true, force: true });
});

function open(options: object = {}): RealtimeInternet {
  return new RealtimeInternet({
    stateDirectory,
    registry: `${server.base}/registry/`,
    firstRetryMs: 1,
    ...options,
  });
}

function text(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(body);
}

describe('the cache', () => {
  it('answers while the answer is fresh, in other processes too, and asks again after', async () => {
    expect(await internet.fetch(`${server.base}/plain`)).toMatchObject({
      origin: 'fetched',
      status: 200,
      ok: true,
      text: 'hello',
      attempts: 1,
      source: `${server.base}/plain`,
    });
    const second = open();
    expect(await second.fetch(`${server.base}/plain#part`)).toMatchObject({ origin: 'fresh', text: 'hello' });
    await second.dispose();
    expect(await internet.fetch(`${server.base}/plain`, { ttl: 0 })).toMatchObject({ origin: 'fetched' });
    expect(server.asked).toEqual(['/plain', '/plain']);
  });

  it('asks the server whether an old answer still holds', async () => {
    routes['/tagged'] = (request, response) => {
      if (request.headers['if-none-match'] === '"v1"') {
        response.writeHead(304);
        response.end();
      } else text(response, 'version one', { etag: '"v1"' });
    };
    await internet.fetch(`${server.base}/tagged`);
    expect(await internet.fetch(`${server.base}/tagged`, { ttl: 0 })).toMatchObject({
      origin: 'revalidated',
      status: 200,
      text: 'version one',
    });
  });

  it('keeps no failures, and nothing that is not to be stored', async () => {
    routes['/secret'] = (_, response) => text(response, 'once', { 'cache-control': 'private, no-store' });
    for (const path of ['/secret', '/secret', '/missing', '/missing'])
      await internet.fetch(server.base + path);
    expect(server.asked).toHaveLength(4);
    expect(await internet.status()).toMatchObject({ answers: 0 });
  });

  it('drops what was used longest ago beyond its bound', async () => {
    const small = open({ maxCacheBytes: 3_000 });
    for (const name of ['a', 'b', 'c', 'd']) {
      routes[`/${name}`] = (_, response) => text(response, name.repeat(500));
      await small.fetch(`${server.base}/${name}`);
    }
    expect(await small.status()).toMatchObject({ answers: 2, bytes: 1_000 });
    await small.dispose();
  });

  it('makes one request of those for one address at the same time', async () => {
    let release = () => {};
    routes['/held'] = (_, response) => {
      release = () => text(response, 'for all');
      arrived();
    };
    let arrived = () => {};
    const held = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const all = [1, 2, 3].map(() => internet.fetch(`${server.base}/held`));
    await held;
    release();
    expect((await Promise.all(all)).map((answer) => answer.text)).toEqual(['for all', 'for all', 'for all']);
    expect(server.asked).toEqual(['/held']);
  });
});

describe('a server that misbehaves', () => {
  it('by statuses of 500 is asked again, and its last status is the answer', async () => {
    let times = 0;
    routes['/unsteady'] = (_, response) => {
      times += 1;
      if (times < 3) response.statusCode = times === 1 ? 500 : 503;
      response.end(`time ${times}`);
    };
    routes['/broken'] = (_, response) => {
      response.statusCode = 502;
      response.end('bad gateway');
    };
    expect(await internet.fetch(`${server.base}/unsteady`)).toMatchObject({ status: 200, attempts: 3 });
    expect(await internet.fetch(`${server.base}/broken`, { retry: 1 })).toMatchObject({
      status: 502,
      ok: false,
      attempts: 2,
    });
  });

  it('by never answering is unavailable with the time it was given', async () => {
    routes['/silent'] = () => {};
    const fetched = internet.fetch(`${server.base}/silent`, { timeoutMs: 30, retry: 1 });
    await expect(fetched).rejects.toThrow(
      `${server.base}/silent did not answer within 30 ms, 2 times. Try again later, or raise timeoutMs.`,
    );
    await expect(fetched).rejects.toBeInstanceOf(Unavailable);
  });

  it('by a body that trickles is unavailable as well', async () => {
    const timers = new Set<NodeJS.Timeout>();
    routes['/trickle'] = (request, response) => {
      const timer = setInterval(() => response.write('x'), 5);
      timers.add(timer);
      request.on('close', () => clearInterval(timer));
    };
    await expect(
      internet.fetch(`${server.base}/trickle`, { timeoutMs: 60, retry: 0 }),
    ).rejects.toBeInstanceOf(Unavailable);
    for (const timer of timers) clearInterval(timer);
  });

  it('by cutting off in the middle is tried again, then unavailable with the reason', async () => {
    let times = 0;
    routes['/cut'] = (_, response) => {
      times += 1;
      response.writeHead(200, { 'content-length': '1000' });
      response.write('part', () => response.destroy());
    };
    const fetched = internet.fetch(`${server.base}/cut`, { retry: 2 });
    await expect(fetched).rejects.toThrow(/cannot be reached \(UND_ERR_SOCKET: .*\), 3 times/);
    expect(times).toBe(3);
  });

  it('by a body larger than allowed is refused, before or after decompression', async () => {
    routes['/huge'] = (_, response) => text(response, 'x'.repeat(200_000));
    routes['/bomb'] = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(5_000_000)));
    };
    for (const path of ['/huge', '/bomb']) {
      await expect(internet.fetch(server.base + path, { maxBytes: 100_000 })).rejects.toMatchObject({
        code: 'TOOL_FAILED',
        message: expect.stringContaining('answers with more than 100000 bytes'),
      });
    }
    expect(server.asked).toEqual(['/huge', '/bomb']);
  });

  it('is not asked for a while after failures in a row, and is asked again later', async () => {
    const careful = open({ breakAfter: 3, halfOpenAfterMs: 60_000 });
    let isBroken = true;
    routes['/ill'] = (_, response) => {
      if (isBroken) response.statusCode = 500;
      response.end('well');
    };
    for (let time = 0; time < 3; time += 1) await careful.fetch(`${server.base}/ill`, { retry: 0 });
    await expect(careful.fetch(`${server.base}/plain`)).rejects.toThrow('failed too often in a row');
    expect(server.asked).toEqual(['/ill', '/ill', '/ill']);
    expect(await careful.status()).toMatchObject({ circuits: [{ origin: server.base, state: 'open' }] });
    await careful.dispose();

    const patient = open({ breakAfter: 1, halfOpenAfterMs: 0 });
    expect(await patient.fetch(`${server.base}/ill`, { retry: 0 })).toMatchObject({ status: 500 });
    isBroken = false;
    expect(await patient.fetch(`${server.base}/ill`, { retry: 0 })).toMatchObject({ status: 200 });
    expect(await patient.status()).toMatchObject({ circuits: [{ state: 'closed' }] });
    await patient.dispose();
  });
});

describe('without a network', () => {
  it('is unavailable with the reason, or gives the old answer when that is wanted', async () => {
    await internet.fetch(`${server.base}/plain`);
    await server.close();
    const address = `${server.base}/plain`;
    await expect(internet.fetch(address, { ttl: 0, retry: 0 })).rejects.toThrow(
      /cannot be reached \(ECONNREFUSED: .*\), 1 times\. Check the network and the address\.$/,
    );
    await expect(internet.packageInfo('any', { retry: 0 })).rejects.toBeInstanceOf(Unavailable);
    expect(await internet.fetch(address, { ttl: 0, retry: 0, allowStale: true })).toMatchObject({
      origin: 'stale',
      text: 'hello',
    });
  });
});

describe('redirects', () => {
  it('are followed and named, up to a bound', async () => {
    routes['/old'] = (_, response) => response.writeHead(301, { location: '/newer' }).end();
    routes['/newer'] = (_, response) => response.writeHead(307, { location: '/plain' }).end();
    routes['/circle'] = (_, response) => response.writeHead(302, { location: '/circle' }).end();
    expect(await internet.fetch(`${server.base}/old`)).toMatchObject({
      url: `${server.base}/old`,
      source: `${server.base}/plain`,
      redirects: [`${server.base}/old`, `${server.base}/newer`],
      text: 'hello',
    });
    await expect(internet.fetch(`${server.base}/circle`)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });

  it('to another scheme are refused', async () => {
    routes['/out'] = (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    await expect(internet.fetch(`${server.base}/out`)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'file: is refused. Only http: and https: are fetched.',
    });
  });
});

it.each([
  'file:///etc/passwd',
  'ftp://127.0.0.1/a',
  'data:text/plain,a',
  'javascript:alert(1)',
  'http://user:word@127.0.0.1/',
  '//127.0.0.1/',
  'not an address',
  '',
])('refuses to fetch %j', async (address) => {
  await expect(internet.fetch(address)).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

it.each([{ ttl: -1 }, { retry: 1.5 }, { retry: 11 }, { timeoutMs: 0 }, { maxBytes: 0 }])(
  'refuses options %j',
  async (options) => {
    await expect(internet.fetch(`${server.base}/plain`, options)).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  },
);

it('decompresses, and reads text by its charset', async () => {
  routes['/gzip'] = (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' });
    response.end(gzipSync('packed'));
  };
  routes['/brotli'] = (_, response) => {
    response.writeHead(200, { 'content-encoding': 'br', 'content-type': 'text/plain' });
    response.end(brotliCompressSync('packed'));
  };
  routes['/latin'] = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=ISO-8859-1' });
    response.end(Buffer.from('Zähler', 'latin1'));
  };
  routes['/meta'] = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(Buffer.from('<meta charset="windows-1252">Zähler', 'latin1'));
  };
  routes['/image'] = (_, response) => {
    response.writeHead(200, { 'content-type': 'image/png' });
    response.end(Buffer.from([137, 80, 78, 71]));
  };
  const texts = [];
  for (const path of ['/gzip', '/brotli', '/latin', '/meta', '/image']) {
    texts.push((await internet.fetch(server.base + path)).text);
  }
  expect(texts).toEqual(['packed', 'packed', 'Zähler', '<meta charset="windows-1252">Zähler', undefined]);
  const image = await internet.fetch(`${server.base}/image`);
  expect(image.body).toEqual(new Uint8Array([137, 80, 78, 71]));
  expect(() => internet.extractDocument(image)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

describe('packageInfo', () => {
  it('reads what a registry says of a package, scoped ones too', async () => {
    routes['/registry/@scope%2fsample'] = (_, response) =>
      text(
        response,
        JSON.stringify({
          name: '@scope/sample',
          'dist-tags': { latest: '2.0.0', next: '3.0.0-beta.1' },
          time: { '2.0.0': '2026-01-02T03:04:05.000Z' },
          versions: {
            '1.0.0': {},
            '2.0.0': {
              license: 'MIT',
              description: 'A sample',
              repository: { type: 'git', url: 'git+https://example.test/sample.git' },
              dependencies: { other: '^1.0.0' },
              deprecated: 'use another',
            },
            '3.0.0-beta.1': {},
          },
        }),
        { 'content-type': 'application/json' },
      );
    expect(await internet.packageInfo('@scope/sample')).toEqual({
      name: '@scope/sample',
      latest: '2.0.0',
      versions: ['1.0.0', '2.0.0', '3.0.0-beta.1'],
      tags: { latest: '2.0.0', next: '3.0.0-beta.1' },
      description: 'A sample',
      license: 'MIT',
      repository: 'git+https://example.test/sample.git',
      deprecated: 'use another',
      dependencies: { other: '^1.0.0' },
      publishedAt: '2026-01-02T03:04:05.000Z',
      source: `${server.base}/registry/@scope%2fsample`,
      fetchedAt: expect.stringMatching(/^\d{4}-/),
      origin: 'fetched',
    });
  });

  it('says what is unknown, no name, or no registry', async () => {
    routes['/registry/page'] = (_, response) => text(response, '<html>', { 'content-type': 'text/html' });
    await expect(internet.packageInfo('unknown')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(internet.packageInfo('page')).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    for (const name of ['../escape', 'a/b', '@/x', '', 'x'.repeat(215), '.hidden']) {
      await expect(internet.packageInfo(name)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
  });
});

describe('extractDocument', () => {
  it('gives title, text, links and language of a page', () => {
    const page = `<!doctype html><HTML lang=en><head><title>A &lt;page&gt;
      of ours</title><meta name="description" content="What it is"><style>p { color: red }</style>
      <script>if (a < b) document.write("<a href='/never'>")</script><base href="/docs/"></head>
      <body><h1>Head</h1><p>One <b>bold</b>&nbsp;word &#x41;&#66; &unknown;<!-- <a href="/hidden"> -->
      <ul><li>first<li>second</ul><a href="guide.html">The <i>guide</i></a> <a href='guide.html'>again</a>
      <a href=https://example.test/x?a=1&amp;b=2>out</a><a href="javascript:run()">run</a><a href="mailto:a@b.c">write</a>`;
    expect(internet.extractDocument(page, { url: 'https://example.test/index.html' })).toEqual({
      title: 'A <page> of ours',
      description: 'What it is',
      language: 'en',
      text: 'Head\nOne bold word AB &unknown;\nfirst\nsecond\nThe guide again outrunwrite',
      links: [
        { href: 'https://example.test/docs/guide.html', text: 'The guide' },
        { href: 'https://example.test/x?a=1&b=2', text: 'out' },
      ],
      skippedLinks: [
        { href: 'javascript:run()', reason: 'is neither http nor https' },
        { href: 'mailto:a@b.c', reason: 'is neither http nor https' },
      ],
      source: 'https://example.test/index.html',
    });
  });

  it.each([
    '<',
    '<a',
    '<a href="',
    '<!--',
    '<script>',
    '</',
    '<title>',
    '&#xffffff;',
    '<p <p <p',
    '<a =x =y>',
  ])('reads the broken page %j as far as it goes', (page) => {
    expect(internet.extractDocument(page)).toMatchObject({ links: [] });
  });

  it('shows no script, comment or drawing among any other parts', () => {
    const pieces = fc.constantFrom(
      '<p>',
      '</p>',
      '<a href="/x">',
      '</a>',
      '<!-- HIDDEN <b> -->',
      '<script>HIDDEN</script>',
      '<style>HIDDEN</style>',
      '<svg><svg>HIDDEN</svg></svg>',
      '&amp;',
      'word',
      '<title>t</title>',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const { text } = internet.extractDocument(parts.join(''));
        expect(text).not.toContain('HIDDEN');
        expect(text.match(/word/g)?.length ?? 0).toBe(parts.filter((part) => part === 'word').length);
      }),
      { seed: 11 },
    );
  });

  it('never fails on any text', () => {
    const broken = fc.array(
      fc.oneof(fc.constantFrom('<', '>', '<!--', '"', '=', '/', '&#', '<a '), fc.string()),
    );
    fc.assert(
      fc.property(broken, (parts) => {
        expect(internet.extractDocument(parts.join(''))).toHaveProperty('links');
      }),
      { seed: 12 },
    );
  });

  it('takes time in proportion to what is open and never closed', () => {
    // Quadratic reading of a megabyte would not end within the test's time.
    for (const piece of ['<', '<a', '<!--', '<script>', '<a href="', '</x', '<title>', '&#']) {
      expect(internet.extractDocument(piece.repeat(1_000_000 / piece.length)).links).toEqual([]);
    }
  });
});

it('is exercised by its workload', async () => {
  const { round, release } = await prepareWith(
    realtimeInternetWorkload,
    { realtime_internet: internet },
    stateDirectory,
  );
  for (let number = 0; number < 3; number += 1) await round(number);
  await release?.();
});
