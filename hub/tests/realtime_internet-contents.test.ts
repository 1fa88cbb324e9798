import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RealtimeInternet } from '../capabilities/realtime_internet/index.js';
import { type InternetRig, openInternetRig, type Route, text } from './support/internet-rig.js';
import type { LocalServer } from './support/local-server.js';

let rig: InternetRig;
let internet: RealtimeInternet;
let server: LocalServer;
let routes: Record<string, Route>;

beforeEach(async () => {
  rig = await openInternetRig();
  ({ internet, server, routes } = rig);
});

afterEach(() => rig.close());

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
