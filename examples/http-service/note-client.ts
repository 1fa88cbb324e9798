import type { NoteServer } from './note-server.js';

/** The server could not be reached, or did not answer in time. */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable';
}

const answerWithinMs = 2_000;

/** Talks to the service over HTTP. */
export class NoteClient {
  readonly #server: Pick<NoteServer, 'url'>;

  constructor(server: Pick<NoteServer, 'url'>) {
    this.#server = server;
  }

  async write(name: string, text: string): Promise<void> {
    await this.#request(name, { method: 'PUT', body: text });
  }

  /** The text of a note, or null when there is none of that name. */
  async read(name: string): Promise<string | null> {
    const response = await this.#request(name);
    return response.status === 404 ? null : response.text();
  }

  async #request(name: string, init: RequestInit = {}): Promise<Response> {
    const address = `${this.#server.url}/${encodeURIComponent(name)}`;
    try {
      return await fetch(address, { ...init, signal: AbortSignal.timeout(answerWithinMs) });
    } catch (cause) {
      throw new ServiceUnavailable(`${address} does not answer. Start the server.`, { cause });
    }
  }
}
