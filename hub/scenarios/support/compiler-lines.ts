import { relative } from 'node:path';
import ts from 'typescript';

/** A line as a compiler prints it, and the number of its message, which is its true template. */
export interface CompilerLine {
  readonly line: string;
  readonly code: number;
}

/**
 * What a strict TypeScript says about files, JavaScript checked too. The number of the message is left out of the line.
 *
 * @param base absolute path that the files in the lines are named from
 * @param files absolute paths
 */
export function compilerLines(base: string, files: readonly string[]): readonly CompilerLine[] {
  const program = ts.createProgram([...files], {
    strict: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noPropertyAccessFromIndexSignature: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    exactOptionalPropertyTypes: true,
    allowJs: true,
    checkJs: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
  });
  // Of the files that were asked for: what they import is read as well, and would be all of a codebase.
  const asked = new Set(files);
  const found = [...asked].flatMap((path) => {
    const file = program.getSourceFile(path);
    return file === undefined
      ? []
      : [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  return found.map(({ code, file, start, messageText }) => ({
    code,
    line: `${placeOf(base, file, start)}error: ${firstLine(messageText)}`,
  }));
}

/**
 * Grouping accuracy (Zhu et al. 2019): the lines whose group holds exactly the lines of their true template, each as true.
 *
 * @param truth the template of each line
 * @param found the group that each line was put into
 */
export function groupedRight(truth: readonly number[], found: readonly number[]): readonly boolean[] {
  const truthSizes = new Map<number, number>();
  const members = new Map<number, number[]>();
  for (const [at, code] of truth.entries()) {
    truthSizes.set(code, (truthSizes.get(code) ?? 0) + 1);
    const group = found[at] ?? -1;
    const lines = members.get(group);
    if (lines === undefined) members.set(group, [at]);
    else lines.push(at);
  }
  const right = new Array<boolean>(truth.length).fill(false);
  for (const lines of members.values()) {
    const codes = new Set(lines.map((at) => truth[at]));
    const [code] = codes;
    const whole = codes.size === 1 && code !== undefined && truthSizes.get(code) === lines.length;
    if (whole) for (const at of lines) right[at] = true;
  }
  return right;
}

function placeOf(base: string, file: ts.SourceFile | undefined, start: number | undefined): string {
  if (file === undefined || start === undefined) return '';
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return `${relative(base, file.fileName)}(${line + 1},${character + 1}): `;
}

function firstLine(message: string | ts.DiagnosticMessageChain): string {
  return ts.flattenDiagnosticMessageText(message, '\n').split('\n', 1)[0] ?? '';
}
