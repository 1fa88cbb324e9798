import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/**
 * Reads wanted regular files out of a gzipped tar archive, in memory: no path of the archive is ever written to.
 * The first part of each path is dropped, as npm does. Links, devices and folders are passed over.
 *
 * @throws RangeError when the archive unpacks to more than the limit
 */
export function readTarEntries(
  archive: Buffer,
  wanted: ReadonlySet<string>,
  { maxBytes = 256 * 1024 * 1024 }: { readonly maxBytes?: number } = {},
): ReadonlyMap<string, Buffer> {
  const data = gunzipSync(archive, { maxOutputLength: maxBytes });
  const found = new Map<string, Buffer>();
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= data.length; ) {
    const header = data.subarray(at, at + BLOCK);
    const size = Number.parseInt(textAt(header, 124, 12).trim(), 8) || 0;
    const body = data.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const kind = textAt(header, 156, 1);
    if (kind === 'x' || kind === 'L') {
      longPath = kind === 'L' ? textAt(body, 0, body.length) : pathOfExtension(body);
      continue;
    }
    const prefix = textAt(header, 257, 5) === 'ustar' ? textAt(header, 345, 155) : '';
    const path = longPath ?? (prefix === '' ? '' : `${prefix}/`) + textAt(header, 0, 100);
    longPath = undefined;
    const inner = path.replace(/^\.\//, '').split('/').slice(1).join('/');
    if ((kind === '0' || kind === '') && wanted.has(inner)) found.set(inner, body);
  }
  return found;
}

function textAt(block: Buffer, start: number, length: number): string {
  const text = block.toString('utf8', start, start + length);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** The path in a pax extended header, whose records are `length key=value` lines (POSIX.1-2001). */
function pathOfExtension(body: Buffer): string | undefined {
  return /^\d+ path=(.*)$/m.exec(body.toString('utf8'))?.[1];
}
