import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** From the root of the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  /** Path of a source from the root, or the name of a package. */
  readonly target: string;
  readonly typesOnly: boolean;
}

const linesMax = 400;
const watchedFolders = ['src', 'plugin', 'reporter', 'fixtures', 'bench'];
/** Of these only the form is watched: the hub is a program of its own, and a test may name any path. */
const formFolders = ['hub', 'tests', 'examples'];

/** The lowest floor: files that may import each other and nothing else of the project. */
const ground = [
  'model',
  'units',
  'errors',
  'figures',
  'gate',
  'history',
  'latency-distribution',
  'latency-histogram',
  'clock',
  'nearest-name',
  'seeded-random',
  'session-id',
  'session-page',
  'worker-settings',
];

/** The files that `options` is made of. */
const optionFiles = ['options', 'options-schema', 'option-layers'];

/** The rooms that a room may import beside the lowest floor and itself; a room with `types:` only for its types. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  ground: [],
  options: [],
  // Where options come from beside the plugin, and what a project has installed.
  configuration: ['options'],
  recording: [],
  storage: [],
  analysis: [],
  capability: ['recording'],
  scenario: ['recording', 'analysis'],
  report: ['types:analysis', 'types:experiment'],
  // The way of a session as a whole: from its journals into the database, and its end.
  session: ['recording', 'storage', 'analysis'],
  // Runs of the project that are made to be compared, each in a process of its own.
  experiment: ['options', 'configuration', 'storage', 'analysis', 'session'],
  tester: [
    'options',
    'configuration',
    'recording',
    'storage',
    'analysis',
    'capability',
    'scenario',
    'report',
    'session',
    'experiment',
  ],
  cli: [
    'options',
    'configuration',
    'recording',
    'storage',
    'analysis',
    'capability',
    'scenario',
    'report',
    'session',
    'experiment',
    'tester',
  ],
  // The list of public exports.
  core: [
    'options',
    'configuration',
    'recording',
    'storage',
    'analysis',
    'capability',
    'scenario',
    'report',
    'session',
    'experiment',
    'tester',
  ],
  // The declaration of what crosses from the main process to a worker, for the types of both sides.
  vitestTypes: [],
  fixtures: ['recording', 'analysis', 'scenario', 'capability', 'vitestTypes'],
  reporter: [
    'options',
    'configuration',
    'recording',
    'storage',
    'analysis',
    'report',
    'session',
    'vitestTypes',
  ],
  plugin: ['options', 'configuration', 'reporter', 'session', 'vitestTypes'],
};

const roomsWithVitest = ['plugin', 'reporter', 'fixtures', 'tester', 'vitestTypes'];
const workerEntries = ['fixtures/index.ts', 'fixtures/setup.ts'];
const notInWorkers = ['better-sqlite3', 'zod', 'systeminformation'];
const machinePaths = [/(?:^|[\s'"`(])\/(?:home|Users|root)\/\w/, /\b[A-Z]:\\{1,2}Users\b/];
const vagueNames = /^(?:.*-)?(?:util|utils|helper|helpers|common|misc)(?:\.ts)?$/;

/** Every source that the rules are about. */
export function readSources(root: string): readonly SourceFile[] {
  return readFolders(root, watchedFolders);
}

/** The sources that are only watched for what `findIllFormed` says of them. */
export function readFormSources(root: string): readonly SourceFile[] {
  return readFolders(root, formFolders);
}

function readFolders(root: string, folders: readonly string[]): readonly SourceFile[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
        .filter((path) => /\.[cm]?ts$/.test(path) && !/(?:^|\/)(?:node_modules|dist)\//.test(path)),
    )
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** What breaks the rules, a sentence each; nothing when all is well. @param root absolute path of the project */
export function findViolations(sources: readonly SourceFile[], root: string): readonly string[] {
  const imports = new Map(sources.map((source) => [source.path, readImports(source)]));
  return [
    ...sources.flatMap((source) => checkFile(source, root)),
    ...[...imports].flatMap(([path, targets]) =>
      targets.flatMap((imported) => checkImport(path, imported, imports)),
    ),
    ...workerEntries.flatMap((entry) => checkWorkerEntry(entry, imports)),
  ];
}

function checkFile(source: SourceFile, root: string): readonly string[] {
  const { path, text } = source;
  return [
    ...findIllFormed(source),
    ...(text.includes(root) || machinePaths.some((pattern) => pattern.test(text))
      ? [`${path} names a path of one machine`]
      : []),
  ];
}

/** What makes a file hard to find one's way in: its length and its name. */
export function findIllFormed({ path, text }: SourceFile): readonly string[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return [
    ...(lines > linesMax ? [`${path} has ${lines} lines`] : []),
    ...(path.split('/').some((part) => vagueNames.test(part))
      ? [`${path} does not say what its job is`]
      : []),
  ];
}

function checkImport(path: string, imported: Import, known: ReadonlyMap<string, unknown>): readonly string[] {
  const room = roomOf(path);
  const { target, typesOnly } = imported;
  if (room === 'bench') return [];
  if (!target.includes('/') || !/\.[cm]?ts$/.test(target)) {
    const isVitest = target === 'vitest' || target.startsWith('vitest/') || target.startsWith('@vitest/');
    const forbidden =
      (isVitest && !roomsWithVitest.includes(room)) || (target === 'better-sqlite3' && room !== 'storage');
    return forbidden ? [`${path} imports ${target}, which its room must not`] : [];
  }
  if (!known.has(target)) return [`${path} imports ${target}, which is not there`];
  const targetRoom = roomOf(target);
  const allowed = mayImport[room] ?? [];
  const isAllowed =
    targetRoom === room ||
    targetRoom === 'ground' ||
    allowed.includes(targetRoom) ||
    (typesOnly && allowed.includes(`types:${targetRoom}`));
  return isAllowed ? [] : [`${path} imports ${target}, and ${room} must not import ${targetRoom}`];
}

/** Follows what is loaded when a worker loads a module, and tells the first way to what it must not load. */
function checkWorkerEntry(entry: string, imports: ReadonlyMap<string, readonly Import[]>): readonly string[] {
  const violations: string[] = [];
  const seen = new Set([entry]);
  const follow = (path: string, way: readonly string[]): void => {
    for (const { target, typesOnly } of imports.get(path) ?? []) {
      if (typesOnly || seen.has(target)) continue;
      seen.add(target);
      if (notInWorkers.includes(target) || target.startsWith('src/storage/')) {
        violations.push(`${entry} loads ${target}: ${way.join(' > ')}`);
      } else if (imports.has(target)) follow(target, [...way, target]);
    }
  };
  if (!imports.has(entry)) return [`${entry} is not there`];
  follow(entry, []);
  return violations;
}

function roomOf(path: string): string {
  const [folder = '', second = ''] = path.split('/');
  if (path === 'fixtures/vitest-types.ts') return 'vitestTypes';
  if (folder !== 'src') return folder;
  if (path.split('/').length > 2) return second;
  const name = basename(second, '.ts');
  if (ground.includes(name)) return 'ground';
  if (optionFiles.includes(name)) return 'options';
  return name === 'index' ? 'core' : name;
}

/** Imports and exports from elsewhere, dynamic imports and required modules, as the compiler reads them. */
function readImports({ path, text }: SourceFile): readonly Import[] {
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typesOnly: boolean): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ target: resolveTarget(path, specifier.text), typesOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importsTypesOnly(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, exportsTypesOnly(node));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal as ts.Expression, true);
    } else if (ts.isCallExpression(node) && loadsModule(node)) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}

function importsTypesOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = importClause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.length > 0 &&
    namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly)
  );
}

function exportsTypesOnly({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true;
  return (
    exportClause !== undefined &&
    ts.isNamedExports(exportClause) &&
    exportClause.elements.length > 0 &&
    exportClause.elements.every((element) => element.isTypeOnly)
  );
}

/** `import(...)`, `require(...)` and `createRequire(...)(...)`. */
function loadsModule({ expression }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(expression)) return expression.text === 'require';
  return (
    ts.isCallExpression(expression) &&
    ts.isIdentifier(expression.expression) &&
    expression.expression.text === 'createRequire'
  );
}

function resolveTarget(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return posix.join(posix.dirname(path), specifier).replace(/\.([cm]?)js$/, '.$1ts');
}
