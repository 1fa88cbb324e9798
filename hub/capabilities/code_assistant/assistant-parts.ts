import ts from 'typescript';

/** Minimal shapes of the capabilities the assistant stands on. Each may answer at once or with a promise. */
export interface AssistantCapabilities {
  readonly mistake_learner: {
    check(code: string, options?: { readonly path?: string }): MaybePromise<readonly LearntWarning[]>;
  };
  readonly code_search: {
    search(query: string, limit: number): MaybePromise<readonly SimilarCode[]>;
  };
  readonly security_scanner: {
    scanCode(
      source: string,
      options: { readonly path: string },
    ): MaybePromise<{ readonly findings: readonly SecurityFinding[] }>;
  };
  readonly code_review_learner?: {
    check(code: string, options?: { readonly path?: string }): MaybePromise<readonly StyleDeparture[]>;
  };
  readonly persistent_memory?: {
    recall(query: string, options?: { readonly limit?: number }): MaybePromise<readonly RecalledMemory[]>;
  };
}

export interface StyleDeparture {
  readonly rule: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly confidence: number;
  readonly learntFrom: readonly string[];
}

export type MaybePromise<Value> = Value | Promise<Value>;

export interface LearntWarning {
  readonly rule: string;
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly score: number;
}

export interface SimilarCode {
  readonly path: string;
  readonly name: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly score: number;
}

export interface SecurityFinding {
  readonly rule: string;
  readonly cwe?: string | undefined;
  readonly severity: string;
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly engine: string;
}

export interface RecalledMemory {
  readonly id: number | string;
  readonly text: string;
  readonly score: number;
  readonly kind: string;
}

/** What the parts are asked about. */
export interface Question {
  readonly code: string;
  readonly path: string;
  /** Words that say what the code is about. */
  readonly query: string;
  readonly limit: number;
}

/** An item with the capability it comes from. */
export type Sourced<Item> = Item & { readonly source: string };

/** What each part gives. */
export interface PartItems {
  readonly warnings: LearntWarning;
  readonly similar: SimilarCode;
  readonly security: SecurityFinding;
  readonly style: StyleDeparture;
  readonly memories: RecalledMemory;
}

export type PartName = keyof PartItems;

export interface AssistantPart<Item> {
  readonly source: string;
  /** Undefined when the capability was not given. */
  ask(capabilities: AssistantCapabilities, question: Question): Promise<readonly Item[] | undefined>;
}

type AssistantParts = { readonly [Name in PartName]: AssistantPart<PartItems[Name]> };

/** The parts of an answer: a new one is a line in `PartItems` and an entry here. */
export const assistantParts: AssistantParts = {
  warnings: {
    source: 'mistake_learner',
    ask: async ({ mistake_learner }, { code, path, limit }) =>
      [...(await mistake_learner.check(code, { path }))].sort((a, b) => b.score - a.score).slice(0, limit),
  },
  similar: {
    source: 'code_search',
    ask: async ({ code_search }, { query, limit, path, code }) => {
      if (query === '') return [];
      // The code itself may be indexed, and is most like itself: as many more are asked for as it can hold chunks.
      const own = ownChunkCount(code);
      const found = await code_search.search(query, limit + own);
      return found.filter((chunk) => chunk.path !== path).slice(0, limit);
    },
  },
  security: {
    source: 'security_scanner',
    ask: async ({ security_scanner }, { code, path }) =>
      (await security_scanner.scanCode(code, { path })).findings,
  },
  style: {
    source: 'code_review_learner',
    ask: async ({ code_review_learner }, { code, path, limit }) =>
      code_review_learner === undefined
        ? undefined
        : (await code_review_learner.check(code, { path })).slice(0, limit),
  },
  memories: {
    source: 'persistent_memory',
    ask: async ({ persistent_memory }, { query, limit }) =>
      persistent_memory === undefined ? undefined : persistent_memory.recall(query, { limit }),
  },
};

const mostQueryWords = 24;
// Shorter names are counters and type parameters: they say nothing of what the code is about.
const shortestWord = 3;

/** Declared names and what is called, most frequent first: what a search for code like this should look for. */
export function describeCode(code: string, path: string): string {
  const file = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, false, scriptKind(path));
  const weights = new Map<string, number>();
  const add = (name: string, weight: number) => {
    if (name.length >= shortestWord) weights.set(name, (weights.get(name) ?? 0) + weight);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) add(node.text, 1);
    // The name of a thing says most of what it is for.
    const isDeclared =
      ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isMethodDeclaration(node);
    if (isDeclared && node.name !== undefined && ts.isIdentifier(node.name)) add(node.name.text, 4);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...weights]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostQueryWords)
    .map(([name]) => name)
    .join(' ');
}

function ownChunkCount(code: string): number {
  return Math.min(code.match(/\bfunction\b|=>|\bclass\b|\)\s*\{/gu)?.length ?? 0, 50);
}

function scriptKind(path: string): ts.ScriptKind {
  if (/\.[cm]?ts$/iu.test(path)) return ts.ScriptKind.TS;
  return /\.[cm]?js$|\.jsx$/iu.test(path) ? ts.ScriptKind.JSX : ts.ScriptKind.TSX;
}
