import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RealWorldError } from '../../errors.js';

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

const folder = 'dist/page';
/** This module lies in the sources, in what was compiled from them, or in a chunk of the bundle: never deeper. */
const levelsMax = 8;
let known: PageAssets | null = null;

/**
 * The script and the style of the page, as the build made them.
 *
 * @throws RealWorldError `PAGE_MISSING` when they are not there
 */
export function readPageAssets(): PageAssets {
  known ??= readFrom(findFolder());
  return known;
}

function readFrom(path: string): PageAssets {
  return {
    script: readFileSync(join(path, 'realworld-page.js'), 'utf8'),
    style: readFileSync(join(path, 'realworld-page.css'), 'utf8'),
  };
}

function findFolder(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < levelsMax; level++) {
    const path = join(directory, folder);
    if (existsSync(join(path, 'realworld-page.js'))) return path;
    directory = dirname(directory);
  }
  throw new RealWorldError(
    'PAGE_MISSING',
    `The script of the HTML report is not in ${folder} of vitest-realworld. Install the package again; in its sources, build it with: npm run build`,
  );
}
