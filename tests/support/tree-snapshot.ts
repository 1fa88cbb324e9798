import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * All that a tree is: path, kind, mode, size, time of change and content of everything in it, sorted. Names are read as bytes
 * and written in hexadecimal where they are no UTF-8.
 */
export function snapshotTree(root: string): readonly string[] {
  const lines: string[] = [];
  const waiting: { readonly bytes: Buffer; readonly path: string }[] = [
    { bytes: Buffer.from(root), path: '.' },
  ];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { bytes, path } = place;
    const stats = lstatSync(bytes, { bigint: true });
    const what = stats.isDirectory()
      ? 'folder'
      : stats.isSymbolicLink()
        ? 'link'
        : stats.isFile()
          ? 'file'
          : 'other';
    lines.push(`${path} ${what} ${stats.mode} ${stats.size} ${stats.mtimeNs} ${contentOf(bytes, what)}`);
    if (what !== 'folder') continue;
    for (const name of entriesOf(bytes)) {
      const text = name.toString();
      const shown = Buffer.from(text).equals(name) ? text : `<${name.toString('hex')}>`;
      waiting.push({ bytes: Buffer.concat([bytes, Buffer.from('/'), name]), path: `${path}/${shown}` });
    }
  }
  return lines.sort();
}

function contentOf(path: Buffer, what: string): string {
  if (what === 'link') return readlinkSync(path, { encoding: 'hex' });
  if (what !== 'file') return '';
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (thrown) {
    return `unreadable ${codeOf(thrown)}`;
  }
}

function entriesOf(path: Buffer): readonly Buffer[] {
  try {
    return readdirSync(path, { encoding: 'buffer' });
  } catch (thrown) {
    if (codeOf(thrown) !== 'EACCES') throw thrown;
    return [];
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
}
