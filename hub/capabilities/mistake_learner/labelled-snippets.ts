import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { CapabilityError } from '../../errors.js';

/** One example of a rule's documentation with what the document says of it. */
export interface LabelledSnippet {
  readonly code: string;
  readonly rule: string;
  readonly label: 'wrong' | 'right';
  /** Setting of the rule under which the label holds, as the document writes it; absent for the default. */
  readonly option?: string;
}

export interface LabelledSnippets {
  readonly snippets: readonly LabelledSnippet[];
  /** Documents in the folder. */
  readonly documents: number;
  /** Labelled code blocks the snippets were cut from. */
  readonly blocks: number;
  readonly wrong: number;
  readonly right: number;
  /** Rules with at least one snippet of each label, by name. */
  readonly rulesWithBoth: readonly string[];
  /** Documents that gave no snippet, and why. */
  readonly leftOut: readonly { readonly document: string; readonly reason: string }[];
}

/**
 * Reads the code blocks labelled "❌ Incorrect" and "✅ Correct" in a folder of rule documents (Markdown, one file a rule).
 * A block often holds several examples: it is cut between top-level statements at blank lines, and parts that use each
 * other's names stay together, because a declaration shown for context is no example of its own.
 *
 * @throws CapabilityError NOT_FOUND when the folder cannot be read
 */
export function readLabelledSnippets(docsDirectory: string): LabelledSnippets {
  const documents = markdownFiles(docsDirectory);
  const leftOut: { document: string; reason: string }[] = [];
  const snippets: LabelledSnippet[] = [];
  let blocks = 0;
  for (const document of documents) {
    if (!ruleDocument.test(document)) {
      leftOut.push({ document, reason: 'its name is not a rule name in kebab-case' });
      continue;
    }
    const found = labelledBlocks(readFileSync(join(docsDirectory, document), 'utf8'));
    const rule = basename(document, '.md');
    const examples = found.flatMap(({ label, code, isJsx, option }) =>
      splitExamples(code, isJsx).map(
        (example): LabelledSnippet => ({
          code: example,
          rule,
          label,
          ...(option === undefined ? {} : { option }),
        }),
      ),
    );
    blocks += found.length;
    if (examples.length === 0) leftOut.push({ document, reason: 'it has no code block with a label' });
    snippets.push(...examples);
  }
  const rulesOf = (label: string) =>
    new Set(snippets.filter((snippet) => snippet.label === label).map(({ rule }) => rule));
  const right = rulesOf('right');
  return {
    snippets,
    documents: documents.length,
    blocks,
    wrong: snippets.filter(({ label }) => label === 'wrong').length,
    right: snippets.filter(({ label }) => label === 'right').length,
    rulesWithBoth: [...rulesOf('wrong')].filter((rule) => right.has(rule)).sort(),
    leftOut,
  };
}

const ruleDocument = /^[a-z][a-z\d-]*\.md$/u;

function markdownFiles(docsDirectory: string): readonly string[] {
  try {
    return readdirSync(docsDirectory)
      .filter((name) => name.endsWith('.md'))
      .sort();
  } catch (error) {
    throw new CapabilityError(
      'NOT_FOUND',
      `There is no folder of rule documents at ${docsDirectory}. Give one with Markdown files.`,
      { cause: error },
    );
  }
}

interface LabelledBlock {
  readonly label: 'wrong' | 'right';
  readonly code: string;
  readonly isJsx: boolean;
  readonly option: string | undefined;
}

interface Fence {
  readonly mark: string;
  readonly lines: string[];
}

/** A label holds for every code block below it until the next heading or tab end. */
function labelledBlocks(markdown: string): readonly LabelledBlock[] {
  const blocks: LabelledBlock[] = [];
  let label: 'wrong' | 'right' | undefined;
  let fence: (Omit<LabelledBlock, 'label' | 'code'> & Fence) | undefined;
  for (const line of markdown.split('\n')) {
    if (fence !== undefined) {
      if (!line.trimStart().startsWith(fence.mark)) {
        fence.lines.push(line);
        continue;
      }
      const { isJsx, option, lines } = fence;
      if (label !== undefined) blocks.push({ label, code: lines.join('\n'), isJsx, option });
      fence = undefined;
      continue;
    }
    const opened = /^\s*(`{3,})\s*(\w*)/u.exec(line);
    if (opened !== null) {
      fence = {
        mark: opened[1] ?? '```',
        isJsx: /^[jt]sx$/u.test(opened[2] ?? ''),
        option: /\boption='([^']*)'/u.exec(line)?.[1],
        lines: [],
      };
    } else if (line.includes('❌')) label = 'wrong';
    else if (line.includes('✅')) label = 'right';
    else if (/^#{1,6}\s|^<!--\s*\/?tabs/u.test(line)) label = undefined;
  }
  return blocks;
}

interface ExampleGroup {
  readonly start: number;
  end: number;
  readonly declared: Set<string>;
  readonly used: Set<string>;
}

/** The examples a block holds. */
export function splitExamples(code: string, isJsx = false): readonly string[] {
  const kind = isJsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile('block', code, ts.ScriptTarget.Latest, true, kind);
  // Rules on directives show nothing but comments.
  if (file.statements.length === 0) return code.split(/\n\s*\n/u).filter((part) => part.trim() !== '');
  const groups: ExampleGroup[] = [];
  for (const statement of file.statements) {
    const leading = code.slice(statement.getFullStart(), statement.getStart(file));
    const last = groups.at(-1);
    if (last === undefined || /\n[^\S\n]*\n/u.test(leading)) {
      groups.push({
        start: statement.getFullStart(),
        end: statement.end,
        declared: new Set(),
        used: new Set(),
      });
    } else last.end = statement.end;
    const group = groups.at(-1);
    if (group !== undefined) collectNames(statement, group);
  }
  // A comment behind the last statement on its line belongs to it.
  const ends = groups.map((_, index) => groups[index + 1]?.start ?? code.length);
  return joinByNames(groups).map((members) =>
    members.map((index) => code.slice(groups[index]?.start ?? 0, ends[index]).trim()).join('\n\n'),
  );
}

function collectNames(statement: ts.Statement, group: ExampleGroup): void {
  const declare = (name: ts.Node | undefined) => {
    if (name === undefined) return;
    if (ts.isIdentifier(name)) group.declared.add(name.text);
    else ts.forEachChild(name, declare);
  };
  if (ts.isVariableStatement(statement))
    for (const { name } of statement.declarationList.declarations) declare(name);
  else if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  ) {
    declare(statement.name);
  }
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) group.used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(statement);
}

/** Joins a part to the nearest part above it that declares a name it uses without declaring it itself. */
function joinByNames(groups: readonly ExampleGroup[]): readonly (readonly number[])[] {
  const root = groups.map((_, index) => index);
  const find = (index: number): number => {
    const parent = root[index] ?? index;
    return parent === index ? index : find(parent);
  };
  groups.forEach((group, index) => {
    for (const name of group.used) {
      if (group.declared.has(name)) continue;
      for (let above = index - 1; above >= 0; above -= 1) {
        if (!groups[above]?.declared.has(name)) continue;
        root[find(index)] = find(above);
        break;
      }
    }
  });
  const joined = new Map<number, number[]>();
  for (const index of groups.keys()) {
    const key = find(index);
    joined.set(key, [...(joined.get(key) ?? []), index]);
  }
  return [...joined.values()];
}
