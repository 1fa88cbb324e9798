import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  findIllFormed,
  findViolations,
  readFormSources,
  readSources,
  type SourceFile,
} from './support/architecture.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** A small house in which every floor is right; each test breaks it in one place. */
const sound: readonly SourceFile[] = [
  file('src/model.ts', 'export interface Model {}'),
  file('src/errors.ts', ''),
  file('src/options.ts', "import { z } from 'zod';\nimport { e } from './errors.js';"),
  file('src/recording/journal.ts', "import type { Model } from '../model.js';"),
  file('src/storage/store.ts', "import Database from 'better-sqlite3';\nimport { e } from '../errors.js';"),
  file('src/analysis/score.ts', "import type { Model } from '../model.js';"),
  file('src/capability/hub.ts', "import { j } from '../recording/journal.js';"),
  file(
    'src/scenario/load.ts',
    "import { s } from '../analysis/score.js';\nimport '../recording/journal.js';",
  ),
  file(
    'src/report/text.ts',
    "import type { S } from '../analysis/score.js';\nimport type { M } from '../model.js';",
  ),
  file('src/session/feed.ts', "import '../recording/journal.js';\nimport '../storage/store.js';"),
  file('src/tester.ts', "import { startVitest } from 'vitest/node';\nimport './storage/store.js';"),
  file('src/cli/run.ts', "import '../tester.js';"),
  file('fixtures/index.ts', "import { test } from 'vitest';\nimport '../src/scenario/load.js';"),
  file('fixtures/setup.ts', "import '../src/capability/hub.js';"),
  file('reporter/index.ts', "import type { Vitest } from 'vitest/node';\nimport '../src/storage/store.js';"),
  file('plugin/index.ts', "import '../reporter/index.js';\nimport '../src/options.js';"),
];

function file(path: string, text: string): SourceFile {
  return { path, text };
}

/** What the checker says about the house with files added or replaced. */
function withPlanted(...planted: readonly SourceFile[]): readonly string[] {
  const paths = new Set(planted.map(({ path }) => path));
  return findViolations([...sound.filter(({ path }) => !paths.has(path)), ...planted], '/machine/project');
}

describe('the sources', () => {
  const sources = readSources(root);

  test('are all read', () => {
    const paths = sources.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'src/model.ts',
        'src/storage/schema.ts',
        'fixtures/index.ts',
        'fixtures/setup.ts',
      ]),
    );
    expect(paths.some((path) => path.startsWith('reporter/'))).toBe(true);
    expect(paths.some((path) => path.startsWith('plugin/'))).toBe(true);
    expect(paths.every((path) => existsSync(resolve(root, path)))).toBe(true);
  });

  test('keep to the floors of the house', () => {
    expect(findViolations(sources, root)).toEqual([]);
  });

  test('of the hub, the tests and the examples are short and say what they are for', () => {
    const others = readFormSources(root);
    expect(others.map(({ path }) => path)).toContain('tests/architecture.test.ts');
    expect(others.flatMap(findIllFormed)).toEqual([]);
  });
});

describe('the checker', () => {
  test('is content with a sound house', () => {
    expect(withPlanted()).toEqual([]);
  });

  test.each([
    ['the lowest floor reaches up', 'src/model.ts', "import { o } from './options.js';"],
    ['the lowest floor reaches into a room', 'src/errors.ts', "import '../src/recording/journal.js';"],
    ['recording imports storage', 'src/recording/journal.ts', "import { s } from '../storage/store.js';"],
    ['storage imports analysis', 'src/storage/store.ts', "import type { S } from '../analysis/score.js';"],
    [
      'analysis imports recording',
      'src/analysis/rules/a.ts',
      "export { j } from '../../recording/journal.js';",
    ],
    ['capability imports analysis', 'src/capability/hub.ts', "import '../analysis/score.js';"],
    ['scenario imports storage', 'src/scenario/load.ts', "import { s } from '../storage/store.js';"],
    ['scenario imports capability', 'src/scenario/load.ts', "import { h } from '../capability/hub.js';"],
    [
      'report imports more than types of analysis',
      'src/report/text.ts',
      "import { s } from '../analysis/score.js';",
    ],
    ['report imports recording', 'src/report/text.ts', "import type { J } from '../recording/journal.js';"],
    ['a session imports a report', 'src/session/feed.ts', "import '../report/text.js';"],
    ['storage imports a session', 'src/storage/store.ts', "import '../session/feed.js';"],
    ['fixtures import a session', 'fixtures/other.ts', "import type { F } from '../src/session/feed.js';"],
    ['the tester imports the commands', 'src/tester.ts', "import './cli/run.js';"],
    ['the core imports an edge', 'src/cli/run.ts', "import '../../reporter/index.js';"],
    ['fixtures import storage', 'fixtures/other.ts', "import type { S } from '../src/storage/store.js';"],
    ['fixtures import the reporter', 'fixtures/other.ts', "import '../reporter/index.js';"],
    ['the reporter imports scenario', 'reporter/index.ts', "import '../src/scenario/load.js';"],
    ['the plugin imports storage', 'plugin/index.ts', "import '../src/storage/store.js';"],
    [
      'an import over several lines',
      'src/storage/store.ts',
      "import {\n  a,\n  b,\n} from '../analysis/score.js';",
    ],
    ['an import at run time', 'src/storage/store.ts', "const a = await import('../analysis/score.js');"],
    ['a required module', 'src/storage/store.ts', "createRequire(import.meta.url)('../analysis/score.js');"],
  ])('finds that %s', (_what, path, text) => {
    expect(withPlanted(file(path, text))).toContainEqual(
      expect.stringMatching(new RegExp(`^${path} imports .* must not import `)),
    );
  });

  test.each([
    ['the core imports vitest', 'src/analysis/score.ts', "import { test } from 'vitest';", 'vitest'],
    [
      'the core imports a part of vitest',
      'src/scenario/load.ts',
      "import type { V } from 'vitest/node';",
      'vitest/node',
    ],
    [
      'recording opens SQLite',
      'src/recording/journal.ts',
      "import D from 'better-sqlite3';",
      'better-sqlite3',
    ],
  ])('finds that %s', (_what, path, text, name) => {
    expect(withPlanted(file(path, text))).toContain(`${path} imports ${name}, which its room must not`);
  });

  test.each(['zod', 'systeminformation'])('finds that a worker loads %s, and on which way', (name) => {
    const planted = [
      file('src/recording/journal.ts', "import './deep.js';"),
      file('src/recording/deep.ts', `import x from '${name}';`),
    ];
    expect(withPlanted(...planted)).toEqual([
      `fixtures/index.ts loads ${name}: src/scenario/load.ts > src/recording/journal.ts > src/recording/deep.ts`,
      `fixtures/setup.ts loads ${name}: src/capability/hub.ts > src/recording/journal.ts > src/recording/deep.ts`,
    ]);
  });

  test('does not count types among what a worker loads', () => {
    expect(withPlanted(file('src/recording/journal.ts', "import type { Z } from 'zod';"))).toEqual([]);
  });

  test('finds a file of more than 400 lines', () => {
    expect(withPlanted(file('src/long.ts', 'x\n'.repeat(400)))).toEqual([]);
    expect(withPlanted(file('bench/long.ts', 'x\n'.repeat(401)))).toEqual(['bench/long.ts has 401 lines']);
  });

  test.each(['src/utils.ts', 'src/report/text-helpers.ts', 'src/common/x.ts', 'bench/helper.ts'])(
    'finds that %s does not say its job',
    (path) => {
      expect(withPlanted(file(path, ''))).toEqual([`${path} does not say what its job is`]);
    },
  );

  test.each([
    ['the project', '/machine/project/src'],
    ['a home', ['', 'home', 'ada', 'x'].join('/')],
    ['a Mac user', ['', 'Users', 'ada'].join('/')],
    ['a Windows drive', ['C:', 'Users', 'ada'].join('\\')],
  ])('finds a path of %s', (_what, path) => {
    expect(withPlanted(file('src/errors.ts', `const path = '${path}';`))).toEqual([
      'src/errors.ts names a path of one machine',
    ]);
  });

  test('finds an import of a file that is not there', () => {
    expect(withPlanted(file('src/analysis/score.ts', "import './gone.js';"))).toEqual([
      'src/analysis/score.ts imports src/analysis/gone.ts, which is not there',
    ]);
  });
});
