import type { Scenario } from '../model.js';
import { projectName } from '../worker-settings.js';

/** Where a scenario stands: `shop.realworld.ts:12 > sells`. */
export function locateScenario({ file, line, name }: Scenario): string {
  return `${file}${line === null ? '' : `:${line}`} > ${name}`;
}

/** The command that runs one scenario again; with `REALWORLD_SEED` from the report's head it does the same. */
export function repeatCommand({ file, line }: Scenario): string {
  return `npx vitest run --project ${projectName} ${quote(`${file}${line === null ? '' : `:${line}`}`)}`;
}

/** For a POSIX shell; plain paths stay as they are. */
function quote(argument: string): string {
  return /^[\w./:@%+=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
