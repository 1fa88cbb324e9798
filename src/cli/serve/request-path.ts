import type { IncomingMessage } from 'node:http';

/** What is asked for, taken as it was sent: anything can be sent, and nothing of it is thrown at. */
export function pathOf({ url = '/' }: IncomingMessage): {
  readonly path: string;
  readonly parameters: URLSearchParams;
} {
  const border = url.indexOf('?');
  return border === -1
    ? { path: url, parameters: new URLSearchParams() }
    : { path: url.slice(0, border), parameters: new URLSearchParams(url.slice(border + 1)) };
}
