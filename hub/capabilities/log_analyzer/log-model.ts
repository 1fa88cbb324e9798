import { type DrainOptions, DrainTree } from './drain-tree.js';
import { type LogToken, maskLine } from './mask-line.js';
import { constantsOf, findConstantPositions } from './split-group.js';

/** A form that lines share. */
export interface LogTemplate {
  readonly id: number;
  /** The words that all lines share, with `<*>`, `<number>`, `<quoted>` and so on where they differ. */
  readonly template: string;
  /** Lines of this template among those that were learnt. */
  readonly count: number;
  /** The first of them. */
  readonly example: string;
}

const lineCharactersMax = 4_096;

/** What was learnt of a log. */
export class LogModel {
  readonly templates: readonly LogTemplate[];
  /** Number of the template of each line, in the order of the lines. */
  readonly templateOfLine: readonly number[];
  /** Lines of which only the first 4,096 characters were looked at. */
  readonly cutLines: number;
  readonly #tree: DrainTree;
  readonly #splits: ReadonlyMap<number, { positions: readonly number[]; ids: ReadonlyMap<string, number> }>;

  constructor(lines: readonly string[], options: DrainOptions) {
    this.#tree = new DrainTree(options);
    const tokensOfLine = lines.map(tokenise);
    const groupOfLine = tokensOfLine.map((tokens) => this.#tree.learn(tokens));
    const groups = new Map<number, number[]>();
    for (const [line, { id }] of groupOfLine.entries()) {
      const members = groups.get(id);
      if (members === undefined) groups.set(id, [line]);
      else members.push(line);
    }
    const templates: LogTemplate[] = [];
    const templateOfLine = new Array<number>(lines.length);
    const splits = new Map<number, { positions: readonly number[]; ids: Map<string, number> }>();
    for (const [group, members] of groups) {
      const words = groupOfLine[members[0] ?? -1]?.words ?? [];
      const tokens = members.map((line) => tokensOfLine[line] ?? []);
      const positions = findConstantPositions(words, tokens);
      const ids = new Map<string, number>();
      const counts = new Map<number, number>();
      for (const line of members) {
        const constants = constantsOf(tokensOfLine[line] ?? [], positions);
        const id = ids.get(constants) ?? templates.length + ids.size;
        ids.set(constants, id);
        counts.set(id, (counts.get(id) ?? 0) + 1);
        templateOfLine[line] = id;
      }
      for (const id of ids.values()) {
        const first = members.find((line) => templateOfLine[line] === id) ?? -1;
        templates.push({
          id,
          template: words
            .map((word, at) => (positions.includes(at) ? tokensOfLine[first]?.[at]?.value : word))
            .join(' '),
          count: counts.get(id) ?? 0,
          example: lines[first] ?? '',
        });
      }
      splits.set(group, { positions, ids });
    }
    this.templates = templates;
    this.templateOfLine = templateOfLine;
    this.cutLines = lines.filter((line) => line.length > lineCharactersMax).length;
    this.#splits = splits;
  }

  /** The template of a line, undefined when none of the learnt lines was like it. */
  classify(line: string): LogTemplate | undefined {
    const tokens = tokenise(line);
    const group = this.#tree.find(tokens);
    const split = group === undefined ? undefined : this.#splits.get(group.id);
    const id = split?.ids.get(constantsOf(tokens, split.positions));
    return id === undefined ? undefined : this.templates[id];
  }
}

function tokenise(line: string): readonly LogToken[] {
  return maskLine(line.slice(0, lineCharactersMax));
}
