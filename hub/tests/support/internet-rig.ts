import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RealtimeInternet } from '../../capabilities/realtime_internet/index.js';
import { type LocalServer, serveLocally } from './local-server.js';

export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** The internet as a server on this machine, and the capability that asks it. */
export interface InternetRig {
  readonly stateDirectory: string;
  readonly internet: RealtimeInternet;
  readonly server: LocalServer;
  /** What the server answers by path; it answers 404 for other paths, and "hello" for `/plain`. */
  readonly routes: Record<string, Route>;
  /** A second capability on the same folder. */
  readonly open: (options?: object) => RealtimeInternet;
  readonly close: () => Promise<void>;
}

export async function openInternetRig(): Promise<InternetRig> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'realtime-internet-'));
  const routes: Record<string, Route> = { '/plain': (_, response) => text(response, 'hello') };
  const server = await serveLocally((request, response) => {
    const route = routes[request.url ?? ''];
    if (route !== undefined) return route(request, response);
    response.statusCode = 404;
    response.end('nothing here');
  });
  const open = (options: object = {}) =>
    new RealtimeInternet({
      stateDirectory,
      registry: `${server.base}/registry/`,
      firstRetryMs: 1,
      ...options,
    });
  const internet = open();
  return {
    stateDirectory,
    internet,
    server,
    routes,
    open,
    close: async () => {
      await internet.dispose();
      await server.close();
      rmSync(stateDirectory, { recursive: true, force: true });
    },
  };
}

/** Answers with plain text, unless the headers say otherwise. */
export function text(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(body);
}
