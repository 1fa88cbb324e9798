import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';

/** Where in an original source something lies. */
export interface OriginalPosition {
  /** Absolute path, or the source as the map names it when that is no path. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The name the source has for it, when the map tells. */
  readonly name?: string;
}

/** What a source map says of a position, or why it says nothing. */
export type Mapping =
  | { readonly outcome: 'mapped'; readonly original: OriginalPosition }
  /** The file is its own source. */
  | { readonly outcome: 'noMap' }
  | { readonly outcome: 'unmapped'; readonly reason: string };

type LoadedMap =
  | { readonly outcome: 'map'; readonly map: TraceMap; readonly base: string }
  | { readonly outcome: 'noMap' }
  | { readonly outcome: 'unmapped'; readonly reason: string };

const mostFileBytes = 64 * 1024 * 1024;
const mapComment = /^[ \t]*\/\/[#@] sourceMappingURL=(\S+)[ \t]*$/gmu;
const inlineMap = /^data:application\/json[^,]*?(;base64)?,(.*)$/su;

/**
 * Reads the source maps that files name in their last `sourceMappingURL` comment, inline or beside the file; addresses on a
 * network are not fetched. A map is kept until its file changes.
 */
export class SourcePositions {
  readonly #maps = new Map<string, { readonly stamp: string; readonly loaded: LoadedMap }>();

  /**
   * @param path absolute path of the file that ran
   * @param line from 1
   * @param column from 1
   */
  find(path: string, line: number, column: number): Mapping {
    const loaded = this.#mapOf(path);
    if (loaded.outcome !== 'map') return loaded;
    const found = originalPositionFor(loaded.map, { line, column: Math.max(0, column - 1) });
    if (found.source === null) {
      return { outcome: 'unmapped', reason: `its source map has nothing at ${line}:${column}` };
    }
    const original = {
      path: sourcePath(found.source, loaded.base),
      line: found.line,
      column: found.column + 1,
      ...(found.name === null ? {} : { name: found.name }),
    };
    return { outcome: 'mapped', original };
  }

  #mapOf(path: string): LoadedMap {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { outcome: 'unmapped', reason: 'the file is not there any more' };
    const stamp = `${stats.mtimeMs} ${stats.size}`;
    const known = this.#maps.get(path);
    if (known?.stamp === stamp) return known.loaded;
    const loaded = stats.size > mostFileBytes ? tooLarge : loadMap(path);
    this.#maps.set(path, { stamp, loaded });
    return loaded;
  }
}

const tooLarge: LoadedMap = { outcome: 'unmapped', reason: `the file is larger than ${mostFileBytes} bytes` };

function loadMap(path: string): LoadedMap {
  try {
    const address = [...readFileSync(path, 'utf8').matchAll(mapComment)].at(-1)?.[1];
    if (address === undefined) return { outcome: 'noMap' };
    const inline = inlineMap.exec(address);
    if (inline !== null) {
      const [, base64, data = ''] = inline;
      const text =
        base64 === undefined ? decodeURIComponent(data) : Buffer.from(data, 'base64').toString('utf8');
      return { outcome: 'map', map: new TraceMap(text), base: dirname(path) };
    }
    if (/^[a-z][a-z\d+.-]+:/iu.test(address)) {
      return { outcome: 'unmapped', reason: `its source map is at ${address}, and maps are not fetched` };
    }
    const mapPath = resolve(dirname(path), decodeURIComponent(address));
    return { outcome: 'map', map: new TraceMap(readFileSync(mapPath, 'utf8')), base: dirname(mapPath) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: 'unmapped', reason: `its source map cannot be read: ${reason}` };
  }
}

function sourcePath(source: string, base: string): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  return isAbsolute(source) || /^[a-z][a-z\d+.-]+:/iu.test(source) ? source : resolve(base, source);
}
