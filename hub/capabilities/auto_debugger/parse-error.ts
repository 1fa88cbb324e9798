import { isBuiltin } from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CapabilityError } from '../../errors.js';
import type { OriginalPosition, SourcePositions } from './source-positions.js';

export type { OriginalPosition } from './source-positions.js';

/** One call of a stack trace, the innermost first. */
export interface ErrorFrame {
  readonly functionName: string;
  /** Absolute path, or what the trace says when that is no path. */
  readonly path: string;
  /** From 1; 0 when the trace does not tell. */
  readonly line: number;
  readonly column: number;
  /** Where it comes from: the project's own code, a package, or the runtime. */
  readonly origin: 'project' | 'package' | 'runtime';
  /** By the file's source map; absent when the file has none. */
  readonly original?: OriginalPosition;
  /** Why there is no original position although the file ought to have one. */
  readonly unmapped?: string;
}

export interface ParsedError {
  readonly name: string;
  readonly message: string;
  readonly frames: readonly ErrorFrame[];
  /** The first frame of the project's own code: where to look first. */
  readonly culprit?: ErrorFrame;
  /** Errors this one was caused by, the nearest first, at most ten. */
  readonly causes: readonly Omit<ParsedError, 'causes'>[];
}

const mostCauses = 10;

/**
 * Reads an error, or the text of one as a log holds it.
 *
 * @throws CapabilityError `BAD_INPUT` for what has neither a stack nor a message
 */
export async function parseError(error: unknown, positions: SourcePositions): Promise<ParsedError> {
  const { parse } = await import('stacktrace-parser');
  const readOne = (thrown: unknown): Omit<ParsedError, 'causes'> => {
    const { name, message, stack } = describeError(thrown);
    const frames = parse(stack).map((frame) =>
      toFrame(frame.methodName, frame.file ?? '', frame.lineNumber ?? 0, frame.column ?? 0, positions),
    );
    const culprit = frames.find(({ origin }) => origin === 'project');
    return { name, message, frames, ...(culprit === undefined ? {} : { culprit }) };
  };
  const causes: Omit<ParsedError, 'causes'>[] = [];
  for (
    let cause = causeOf(error);
    cause !== undefined && causes.length < mostCauses;
    cause = causeOf(cause)
  ) {
    causes.push(readOne(cause));
  }
  return { ...readOne(error), causes };
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== null ? error.cause : undefined;
}

function describeError(error: unknown): {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
} {
  if (typeof error === 'object' && error !== null) {
    const { name, message, stack } = error as Record<string, unknown>;
    if (typeof stack === 'string' || typeof message === 'string') {
      return { name: String(name ?? 'Error'), message: String(message ?? ''), stack: String(stack ?? '') };
    }
  }
  if (typeof error === 'string' && error.trim() !== '') {
    const head = error.trim().split(/\n\s*at /u, 1)[0] ?? '';
    const [, name = 'Error', message = head] =
      /^(?:Uncaught )?([\w$.]*(?:Error|Exception))\b:?\s*(.*)$/su.exec(head) ?? [];
    return { name, message, stack: error };
  }
  throw new CapabilityError('BAD_INPUT', 'parse() needs an error, or the text of one with its stack.');
}

function toFrame(
  functionName: string,
  file: string,
  line: number,
  column: number,
  positions: SourcePositions,
): ErrorFrame {
  const path = file.startsWith('file:') ? filePath(file) : file;
  const origin = originOf(path);
  const frame = { functionName, path, line, column, origin };
  if (origin === 'runtime' || !isAbsolute(path) || line === 0) return frame;
  const mapping = positions.find(path, line, column);
  if (mapping.outcome === 'mapped') return { ...frame, original: mapping.original };
  return mapping.outcome === 'unmapped' ? { ...frame, unmapped: mapping.reason } : frame;
}

function filePath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    // A URL of another host is no path here; the trace's own text says most.
    return url;
  }
}

function originOf(path: string): ErrorFrame['origin'] {
  if (
    path.startsWith('node:') ||
    path === '<anonymous>' ||
    path === 'native' ||
    path === '' ||
    isBuiltin(path)
  ) {
    return 'runtime';
  }
  return /(?:^|[\\/])node_modules[\\/]/u.test(path) ? 'package' : 'project';
}
