import type { ServerResponse } from 'node:http';
import type { ChangeMessage } from '../../report/html/page-data.js';

const clientsMax = 500;
/** A client that has not taken so many bytes is gone or asleep. */
const unreadBytesMax = 64 * 1024;
const reconnectMs = 2_000;

/** Those who listen to server-sent events. */
export class EventClients {
  readonly #clients = new Set<ServerResponse>();

  get count(): number {
    return this.#clients.size;
  }

  /** @returns false when there are too many already */
  add(response: ServerResponse): boolean {
    if (this.#clients.size >= clientsMax) return false;
    this.#clients.add(response);
    response.on('close', () => this.#clients.delete(response));
    response.on('error', () => this.#clients.delete(response));
    response.write(`retry: ${reconnectMs}\n\n`);
    return true;
  }

  tell(message: ChangeMessage): void {
    this.#write(`event: change\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** Keeps connections open across what closes silent ones. */
  keepAlive(): void {
    this.#write(': still here\n\n');
  }

  close(): void {
    for (const client of this.#clients) client.end();
    this.#clients.clear();
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > unreadBytesMax) client.destroy();
      else client.write(text);
    }
  }
}
