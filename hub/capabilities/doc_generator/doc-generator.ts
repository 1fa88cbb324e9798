import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { LogLevel } from 'typedoc';
import type typescript from 'typescript';
import { CapabilityError } from '../../errors.js';
import { type ApiDifference, compareApis } from './compare-apis.js';
import { type ApiSnapshot, type ApiSymbol, readApi } from './read-api.js';
import { renderMarkdown } from './render-markdown.js';

export interface DocOptions {
  /** Options of the TypeScript compiler, as in a tsconfig; they replace those of their name. */
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
}

export interface GeneratedDocs extends ApiSnapshot {
  /** Absolute paths of the entry points: where all of this comes from. */
  readonly entries: readonly string[];
  /** The reference as Markdown. */
  readonly markdown: string;
  /** What TypeDoc could not make sense of. */
  readonly problems: readonly string[];
  readonly durationMs: number;
}

export interface DocCoverage {
  readonly documented: number;
  readonly total: number;
  /** 0 to 1; 1 when there is nothing to document. */
  readonly share: number;
  /** In order of their names. */
  readonly undocumented: readonly Pick<ApiSymbol, 'name' | 'kind' | 'path' | 'line'>[];
}

/** No configuration of the codebase is read, because TypeDoc's can load code of its own. */
const compilerOptions = {
  allowJs: true,
  checkJs: false,
  module: 'esnext',
  moduleResolution: 'bundler',
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: 'es2022',
  types: [],
} as const;

/**
 * Reads the public interface of a package out of its sources or declarations, with its documentation, tells what is not
 * documented, and what breaks from one state to another. Reads only; nothing of the code is run, nothing is written.
 */
export class DocGenerator {
  /**
   * The public interface that can be reached from entry points.
   *
   * @param entry path of a file, or several
   * @throws CapabilityError `NOT_FOUND` for an entry that is no file, `BAD_INPUT` without one, or for
   * files or compiler options that TypeScript does not take
   */
  async generate(entry: string | readonly string[], options: DocOptions = {}): Promise<GeneratedDocs> {
    const start = performance.now();
    const entries = (typeof entry === 'string' ? [entry] : entry).map((path) => existingFile(path));
    const [first] = entries;
    if (first === undefined)
      throw new CapabilityError('BAD_INPUT', 'generate() needs the path of an entry point.');
    const [typedoc, { default: ts }] = await Promise.all([import('typedoc'), import('typescript')]);
    const problems: string[] = [];
    class ProblemLogger extends typedoc.Logger {
      override log(message: string, level: LogLevel): void {
        if (level >= typedoc.LogLevel.Warn) problems.push(message);
      }
    }
    const application = await typedoc.Application.bootstrap(
      {
        basePath: dirname(first),
        name: basename(dirname(first)),
        readme: 'none',
        excludePrivate: true,
        excludeInternal: true,
        skipErrorChecking: true,
        disableGit: true,
        sourceLinkTemplate: '{path}#{line}',
        plugin: [],
      },
      [],
    );
    application.logger = new ProblemLogger();
    // A program of our own: TypeDoc would take the paths for patterns and the options from the codebase.
    const program = ts.createProgram(entries, toCompilerOptions(ts, options.compilerOptions));
    const documents = entries.flatMap((path) => {
      const sourceFile = program.getSourceFile(path);
      return sourceFile === undefined ? [] : [{ displayName: moduleName(path), program, sourceFile }];
    });
    if (documents.length < entries.length) {
      throw new CapabilityError(
        'BAD_INPUT',
        `TypeScript does not read all of ${entries.join(', ')}. Give sources or declarations.`,
      );
    }
    for (const { messageText, file, start: at } of documents.flatMap(({ sourceFile }) =>
      program.getSyntacticDiagnostics(sourceFile),
    )) {
      const line = file.getLineAndCharacterOfPosition(at).line + 1;
      problems.push(`${file.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    }
    const project = application.converter.convert(documents);
    const symbols = readApi(typedoc, project);
    return {
      entries,
      symbols,
      markdown: renderMarkdown(basename(dirname(first)), symbols),
      problems,
      durationMs: performance.now() - start,
    };
  }

  /**
   * How much of the public interface is documented. A function counts as documented when one of its overloads is.
   *
   * @param entry as for {@link generate}, or what that returned
   */
  async coverage(
    entry: string | readonly string[] | ApiSnapshot,
    options: DocOptions = {},
  ): Promise<DocCoverage> {
    const { symbols } = isSnapshot(entry) ? entry : await this.generate(entry, options);
    const undocumented = symbols.filter(({ isDocumented }) => !isDocumented);
    const documented = symbols.length - undocumented.length;
    return {
      documented,
      total: symbols.length,
      share: symbols.length === 0 ? 1 : documented / symbols.length,
      undocumented: undocumented.map(({ name, kind, path, line }) => ({
        name,
        kind,
        ...(path === undefined ? {} : { path }),
        ...(line === undefined ? {} : { line }),
      })),
    };
  }

  /** What breaks those who use a package, from an earlier snapshot to a later one. */
  diff(before: ApiSnapshot, after: ApiSnapshot): ApiDifference {
    return compareApis(before, after);
  }
}

function isSnapshot(entry: string | readonly string[] | ApiSnapshot): entry is ApiSnapshot {
  return typeof entry === 'object' && 'symbols' in entry;
}

function existingFile(path: string): string {
  const absolute = resolve(path);
  if (statSync(absolute, { throwIfNoEntry: false })?.isFile()) return absolute;
  throw new CapabilityError(
    'NOT_FOUND',
    `The entry point ${absolute} is no file. Give the path of a source or declaration file.`,
  );
}

function moduleName(path: string): string {
  return basename(path).replace(/(?:\.d)?\.[cm]?[jt]sx?$/u, '');
}

function toCompilerOptions(
  ts: typeof typescript,
  given: DocOptions['compilerOptions'],
): typescript.CompilerOptions {
  const { options, errors } = ts.convertCompilerOptionsFromJson(
    { ...compilerOptions, ...given },
    process.cwd(),
  );
  const [error] = errors;
  if (error === undefined) return options;
  const message = ts.flattenDiagnosticMessageText(error.messageText, ' ');
  throw new CapabilityError('BAD_INPUT', `TypeScript refuses the compiler options: ${message}`);
}
