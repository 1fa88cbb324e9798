import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RealtimeInternet } from '../capabilities/realtime_internet/index.js';
import { Unavailable } from '../errors.js';
import { realtimeInternetWorkload } from '../scenarios/workloads/realtime_internet.js';
import { type InternetRig, openInternetRig, type Route, text } from './support/internet-rig.js';
import type { LocalServer } from './support/local-server.js';
import { prepareWith } from './support/prepare-workload.js';

let rig: InternetRig;
let stateDirectory: string;
let internet: RealtimeInternet;
let server: LocalServer;
let routes: Record<string, Route>;
let open: InternetRig['open'];

beforeEach(async () => {
  rig = await openInternetRig();
  ({ stateDirectory, internet, server, routes, open } = rig);
});

afterEach(() => rig.close());

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

it('is exercised by its workload', async () => {
  const { round, release } = await prepareWith(
    realtimeInternetWorkload,
    { realtime_internet: internet },
    stateDirectory,
  );
  for (let number = 0; number < 3; number += 1) await round(number);
  await release?.();
});
