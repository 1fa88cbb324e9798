import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { loadVite } from '../../configuration/installed.js';
import { findVitestConfig } from '../../configuration/vitest-config.js';
import { addPlugin } from './edit-vitest-config.js';
import { firstConfig, firstHub, firstManifest, firstScenario } from './first-files.js';

/** One file that is to be written, or that is left as it is. */
export interface InitStep {
  /** From the project's folder. */
  readonly file: string;
  readonly what: string;
  /** The whole new text, or null when nothing is to be done. */
  readonly text: string | null;
}

export type InitPlan =
  | { readonly steps: readonly InitStep[] }
  /** What is in the way, and what to write by hand. */
  | { readonly obstacle: string };

const script = 'vitest-realworld run';
const hubFiles = ['hub.ts', 'hub.mts', 'hub.js', 'hub.mjs'];
const ownHub = 'realworld/hub.ts';
const scenarioFile = 'realworld/first.realworld.ts';
const scenarioName = /\.realworld\.(?:ts|mts|tsx|js|mjs|jsx)$/;
const foldersSearched = 2_000;

/** Everything that `init` would do in a folder, without doing it. Nothing that is there is written over. */
export async function planInit(root: string): Promise<InitPlan> {
  const hub = planHub(root);
  const config = await planConfig(root, hub.call);
  if ('obstacle' in config) return config;
  const manifest = planManifest(root);
  if ('obstacle' in manifest) return manifest;
  return { steps: [manifest, config, ...hub.steps, planGitignore(root)] };
}

async function planConfig(root: string, call: string): Promise<InitStep | { readonly obstacle: string }> {
  const path = findVitestConfig(root);
  if (path === null) {
    return { file: 'vitest.config.ts', what: 'Vitest, with the plugin', text: firstConfig(call) };
  }
  const file = basename(path);
  const vite = await loadVite(root);
  const parse = (text: string): unknown => vite?.parseAst(text, { lang: 'ts' });
  const edit = addPlugin(readFileSync(path, 'utf8'), parse, call);
  switch (edit.outcome) {
    case 'edited':
      return { file, what: 'the plugin is added', text: edit.text };
    case 'present':
      return { file, what: 'has the plugin', text: null };
    case 'refused':
      return {
        obstacle: `${path} was left as it is, because ${vite === null ? 'Vite, which reads it, is not installed' : edit.reason}. Nothing was changed. Add these two lines to it, and run init again for the rest:

  import { realWorld } from 'vitest-realworld/plugin';
  plugins: [realWorld(${call})],   // in the object that it exports
`,
      };
    default:
      return edit satisfies never;
  }
}

interface HubPlan {
  readonly steps: readonly InitStep[];
  /** The plugin's arguments, as they are written. */
  readonly call: string;
}

function planHub(root: string): HubPlan {
  const taken = hubFiles.find((name) => existsSync(join(root, name)));
  const isOthers = taken !== undefined && !readFileSync(join(root, taken), 'utf8').includes('defineHub');
  const file = isOthers ? ownHub : (taken ?? 'hub.ts');
  const call = isOthers ? `{ hub: './${ownHub}' }` : '';
  const isThere = existsSync(join(root, file));
  const steps: InitStep[] = [
    {
      file,
      what: isThere ? 'is there already' : 'a hub of one capability, to begin with',
      text: isThere ? null : firstHub,
    },
  ];
  const scenario = findScenario(root);
  if (scenario !== null) {
    steps.push({ file: scenario, what: 'is there already, so no scenario is added', text: null });
  } else if (isThere) {
    steps.push({ file: scenarioFile, what: 'is not written, because the hub is your own', text: null });
  } else {
    steps.push({ file: scenarioFile, what: 'a scenario that runs green', text: firstScenario });
  }
  return { steps, call };
}

/** The first scenario file of a project, from its folder, or null when there is none. */
function findScenario(root: string): string | null {
  const folders = [root];
  for (let looked = 0; looked < foldersSearched; looked++) {
    const folder = folders.shift();
    if (folder === undefined) return null;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isFile() && scenarioName.test(entry.name)) return relative(root, join(folder, entry.name));
      const isOwn = entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.');
      if (isOwn) folders.push(join(folder, entry.name));
    }
  }
  return null;
}

function planManifest(root: string): InitStep | { readonly obstacle: string } {
  const file = 'package.json';
  const path = join(root, file);
  if (!existsSync(path)) {
    return { file, what: 'a package with the script "realworld"', text: firstManifest(basename(root)) };
  }
  const text = readFileSync(path, 'utf8');
  const manifest = parseManifest(text);
  if (manifest === null) {
    return { obstacle: `${path} is not a JSON object. Nothing was changed. Mend it, and run init again.\n` };
  }
  const scripts = manifest.scripts as Readonly<Record<string, unknown>> | undefined;
  const existing = scripts?.realworld;
  if (existing !== undefined) {
    const what =
      existing === script ? 'has the script "realworld"' : 'has a script "realworld" of its own, which stays';
    return { file, what, text: null };
  }
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  const end = /\r?\n$/.exec(text)?.[0] ?? '';
  const written = JSON.stringify({ ...manifest, scripts: { ...scripts, realworld: script } }, null, indent);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return {
    file,
    what: 'the script "realworld" is added',
    text: `${written.replaceAll('\n', newline)}${end}`,
  };
}

function parseManifest(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const manifest: unknown = JSON.parse(text);
    const isObject = typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest);
    return isObject ? (manifest as Readonly<Record<string, unknown>>) : null;
  } catch {
    // The plan says so.
    return null;
  }
}

const ignores = /^\/?(?:\*\*\/)?\.realworld\/?\s*$/m;

/** A line in the .gitignore of a folder above, up to the repository's, counts as well. */
function planGitignore(root: string): InitStep {
  const file = '.gitignore';
  for (let folder = root; ; folder = dirname(folder)) {
    const path = join(folder, file);
    if (existsSync(path) && ignores.test(readFileSync(path, 'utf8'))) {
      return { file: relative(root, path), what: 'ignores .realworld/', text: null };
    }
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) break;
  }
  const path = join(root, file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  return { file, what: '.realworld/ is ignored', text: `${before}${gap}.realworld/\n` };
}
