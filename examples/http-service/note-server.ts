import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service that keeps notes in a file: `PUT /name` writes one, `GET /name` reads it. */
export class NoteServer {
  readonly #file: string;
  #server: Server | null = null;
  #url = '';

  /** @param file absolute path of the JSON file in which the notes are kept */
  constructor(file: string) {
    this.#file = file;
  }

  /** Where the server listens, or listened last. */
  get url(): string {
    return this.#url;
  }

  /** Listens on the loopback interface, on a port that the system chooses. */
  async start(): Promise<string> {
    const server = createServer((request, response) => void this.#answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return this.#url;
  }

  /** Stops listening and ends the connections that are open. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = request.url?.slice(1) ?? '';
    if (request.method === 'PUT') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      writeFileSync(
        this.#file,
        JSON.stringify({ ...this.#read(), [name]: Buffer.concat(chunks).toString() }),
      );
      response.writeHead(204).end();
      return;
    }
    const note = this.#read()[name];
    if (note === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/plain' }).end(note);
  }

  #read(): Readonly<Record<string, string>> {
    return existsSync(this.#file)
      ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, string>)
      : {};
  }
}
