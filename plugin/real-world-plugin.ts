/// <reference types="vitest/config" />
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';
import type { TestProject, Vitest } from 'vitest/node';
import RealWorldReporter, { drawSeed } from '../reporter/real-world-reporter.js';
import { checkWorkspace } from '../src/configuration/check-workspace.js';
import { loadConfigFile } from '../src/configuration/config-file.js';
import { resolveHub } from '../src/configuration/resolve-hub.js';
import { pluginName } from '../src/configuration/vitest-config.js';
import { RealWorldError } from '../src/errors.js';
import {
  type ConfigFile,
  type RealWorldOptions,
  type ResolvedOptions,
  resolveOptions,
  settleOptions,
} from '../src/options.js';
import { msPerMinute } from '../src/units.js';
import { projectName } from '../src/worker-settings.js';
import '../fixtures/vitest-types.js';

/** Time a scenario is given beyond what the settings make it run, in milliseconds. */
const timeoutReserveMs = 5 * msPerMinute;
/** Scenarios run when the machine is no longer busy with other projects. */
const groupOrder = 1_000;

const packageDirectory = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Adds the project `realworld` to Vitest: its scenario files, its fixtures, and the reporter that keeps sessions.
 * The tests that were there before stay as they are.
 *
 * @throws RealWorldError `OPTIONS_INVALID`
 */
export function realWorld(options: RealWorldOptions = {}): Plugin {
  // A mistake in what is written here is told where it is written, before anything is read.
  withoutStack(() => resolveOptions(options));
  let file: ConfigFile | null = null;
  return {
    name: pluginName,
    /** For the commands that tell which options are in force. */
    api: { options },
    async config(config) {
      const rootPath = resolve(config.test?.root ?? config.root ?? '.');
      file = await loadConfigFile(rootPath).catch(throwWithoutStack);
      const { options: settled } = withoutStack(() => settleOptions({ file, plugin: options }));
      const settings = { options: settled, seed: settled.seed ?? drawSeed() };
      const existing = config.test?.projects;
      // Once a project is listed, Vitest no longer runs the root by itself: the user's own tests become a project.
      const own =
        existing === undefined
          ? [{ extends: true as const, test: { name: config.test?.name ?? 'unit' } }]
          : [];
      return { test: { projects: [...own, realWorldProject(settings)] } };
    },
    configResolved(config) {
      // Watch mode starts anew when one of them changes.
      if (file !== null) config.configFileDependencies.push(file.path, ...file.dependencies);
    },
  };
}

interface PluginSettings {
  readonly options: ResolvedOptions;
  readonly seed: number;
}

function realWorldProject(settings: PluginSettings) {
  const { options } = settings;
  return {
    extends: true as const,
    plugins: [attachment(settings)],
    test: {
      name: projectName,
      include: [...options.include],
      environment: 'node',
      pool: 'forks' as const,
      fileParallelism: false,
      maxWorkers: 1,
      testTimeout: options.durationMinutes * msPerMinute * 2 + timeoutReserveMs,
      hookTimeout: msPerMinute,
      sequence: { groupOrder },
      setupFiles: [resolve(packageDirectory, 'fixtures/setup.js')],
      server: { deps: { external: [isOwnFile()] } },
    },
  };
}

/** The part that lives inside the project, because only a project that takes part in the run is configured. */
function attachment(settings: PluginSettings): Plugin {
  return {
    name: 'vitest-realworld:project',
    configureVitest({ vitest, project }) {
      withoutStack(() => attach(vitest, project, settings));
    },
  };
}

function attach(vitest: Vitest, project: TestProject, { options, seed }: PluginSettings): void {
  const rootPath = vitest.config.root;
  const workspacePath = resolve(rootPath, options.workspace);
  checkWorkspace(workspacePath);
  // `extends: true` adds the root's globs to the project's own: scenarios only, or unit tests would run twice.
  project.config.include = [...options.include];
  project.config.includeTaskLocation = true;
  project.provide('realworld', {
    hubModule: resolveHub(options.hub, rootPath),
    workspacePath,
    rootPath,
    durationMs: options.durationMinutes * msPerMinute,
    seed,
    sampling: options.sampling,
    resultBytesMax: options.resultBytesMax,
    redact: [...options.redact],
  });
  project.provide('realworldSession', null);
  RealWorldReporter.attach(vitest.config, { options, seed });
}

/** Modules of this package are loaded as they are, wherever it is installed or linked. */
function isOwnFile(): RegExp {
  const escaped = packageDirectory.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`${escaped}/(?!fixtures/setup\\.js)`);
}

/** A mistake in the configuration is told by its message; where our code noticed it helps nobody. */
function withoutStack<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    return throwWithoutStack(thrown);
  }
}

function throwWithoutStack(thrown: unknown): never {
  if (thrown instanceof RealWorldError) thrown.stack = `${thrown.name} [${thrown.code}]: ${thrown.message}`;
  throw thrown;
}
