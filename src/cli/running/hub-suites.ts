import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  findOwnPackage,
  findPackage,
  findProgram,
  findVitestPackage,
} from '../../configuration/installed.js';
import type { OptionFlag } from '../../options.js';

const hubName = 'vitest-realworld-hub';

/** What Vitest is started with to run the hub's suites in a folder that has no configuration for it. */
export interface HubSuites {
  readonly vitest: string;
  /** Absolute path of the configuration, which is written. */
  readonly config: string;
  readonly flags: readonly OptionFlag[];
}

/**
 * Makes the configuration that runs the hub's own suites.
 *
 * @param directory absolute path of the folder that is run in
 * @param toolDirectory absolute path of the folder that the configuration is written into
 * @returns null when the hub or Vitest is not installed
 */
export function prepareHubSuites(directory: string, toolDirectory: string): HubSuites | null {
  const hub = findPackage(hubName, directory) ?? findPackage(hubName, findOwnPackage().directory);
  if (hub === null || !existsSync(join(hub.directory, 'scenarios'))) return null;
  // The Vitest that the suites import has to be the one that runs them.
  const vitest = findVitestPackage(hub.directory);
  const program = vitest === null ? null : findProgram('vitest', vitest);
  if (program === null) return null;
  const fromHub = createRequire(join(hub.directory, 'package.json'));
  const folder = join(toolDirectory, 'run');
  const config = join(folder, 'hub-suites.config.mjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, configuration(fromHub.resolve('vitest-realworld/plugin'), directory, folder));
  const source = `the suites of ${hubName}`;
  return {
    vitest: program,
    config,
    flags: [
      { option: 'hub', value: fromHub.resolve(hubName), flag: source },
      { option: 'include', value: [`${toGlob(hub.directory)}/scenarios/*.realworld.ts`], flag: source },
    ],
  };
}

/** Everything that Vite and Vitest would keep in the folder goes into the tool's own. */
function configuration(plugin: string, root: string, folder: string): string {
  return `// Written by vitest-realworld run; it is written anew each time.
import { realWorld } from ${JSON.stringify(pathToFileURL(plugin).href)};

export default {
  root: ${JSON.stringify(root)},
  cacheDir: ${JSON.stringify(join(folder, 'cache'))},
  plugins: [realWorld()],
  test: { projects: [], exclude: [], server: { deps: { external: [/\\/hub\\/dist\\//], inline: [/\\.realworld\\.ts$/] } } },
};
`;
}

/** A path in which nothing is taken for a pattern. */
function toGlob(path: string): string {
  return path.replaceAll('\\', '/').replaceAll(/[()[\]{}!*?+@]/g, String.raw`\$&`);
}
