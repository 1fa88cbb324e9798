import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CapabilityWorkload } from './capability-workload.js';

/** A page, the same page again, an address that fails once, and a package, all from a server on this machine. */
export const realtimeInternetWorkload: CapabilityWorkload = {
  capability: 'realtime_internet',
  paceMs: 2_000,
  weight: 'light',
  prepare: async ({ hub: { realtime_internet: internet } }) => {
    const asked = new Map<string, number>();
    const server = createServer((request, response) => {
      const path = request.url ?? '/';
      const times = (asked.get(path) ?? 0) + 1;
      asked.set(path, times);
      if (path.startsWith('/registry/')) {
        const versions = { '1.0.0': {}, '1.1.0': { license: 'MIT' } };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ name: 'sample', 'dist-tags': { latest: '1.1.0' }, versions }));
        return;
      }
      if (path.startsWith('/unsteady/') && times === 1) response.statusCode = 503;
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<title>Page ${path}</title><p>Number &amp; path<a href="/next">next</a>`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      round: async (number) => {
        const page = await internet.fetch(`${base}/page/${number}`, { ttl: 60_000 });
        const again = await internet.fetch(`${base}/page/${number}`, { ttl: 60_000 });
        if (again.origin !== 'fresh' || asked.get(`/page/${number}`) !== 1 || again.text !== page.text) {
          throw new Error(`Page ${number} was ${again.origin} the second time.`);
        }
        const { title, links } = await internet.extractDocument(page);
        if (title !== `Page /page/${number}` || links[0]?.href !== `${base}/next`) {
          throw new Error(`Page ${number} was read as "${title}" with ${links.length} links.`);
        }
        const unsteady = await internet.fetch(`${base}/unsteady/${number}`, { retry: 1 });
        if (unsteady.status !== 200 || unsteady.attempts !== 2) {
          throw new Error(
            `What failed once answered ${unsteady.status} after ${unsteady.attempts} attempts.`,
          );
        }
        const { latest } = await internet.packageInfo('sample', { registry: `${base}/registry` });
        if (latest !== '1.1.0') throw new Error(`The latest version was read as ${latest}.`);
      },
      release: async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  },
};
