import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A mistake as it is taught, and code with and without it that was not taught. */
export interface TaughtPattern {
  readonly rule: string;
  /** Mistakes with their corrections; a single one tells too little of what matters in it. */
  readonly examples: readonly { readonly bad: string; readonly good: string }[];
  /** Makes code with the mistake, with names that were not taught. */
  readonly wrong: (name: string) => string;
  readonly right: (name: string) => string;
}

export const taughtPatterns: readonly TaughtPattern[] = [
  {
    rule: 'no-loose-equality',
    examples: [
      { bad: 'if (first == second) { run(); }', good: 'if (first === second) { run(); }' },
      {
        bad: 'const found = names.filter((name) => name == wanted);',
        good: 'const found = names.filter((name) => name === wanted);',
      },
      { bad: 'while (count == limit) { wait(); }', good: 'while (count === limit) { wait(); }' },
      { bad: 'return total == 0;', good: 'return total === 0;' },
    ],
    wrong: (name) =>
      `export function same${name}(left, right) {\n  if (left == right) {\n    report(left);\n  }\n}\n`,
    right: (name) =>
      `export function same${name}(left, right) {\n  if (left === right) {\n    report(left);\n  }\n}\n`,
  },
  {
    rule: 'no-empty-catch',
    examples: [
      { bad: 'try { load(); } catch (error) {}', good: 'try { load(); } catch (error) { report(error); }' },
      {
        bad: 'try { save(state); } catch (failure) {}',
        good: 'try { save(state); } catch (failure) { retry(failure); }',
      },
      {
        bad: 'try { await send(mail); } catch (reason) {}',
        good: 'try { await send(mail); } catch (reason) { queue(reason); }',
      },
      {
        bad: 'try { parse(text); } catch (thrown) {}',
        good: 'try { parse(text); } catch (thrown) { throw wrap(thrown); }',
      },
    ],
    wrong: (name) =>
      `export function open${name}(path) {\n  try {\n    read(path);\n  } catch (problem) {}\n}\n`,
    right: (name) =>
      `export function open${name}(path) {\n  try {\n    read(path);\n  } catch (problem) {\n    report(problem);\n  }\n}\n`,
  },
  {
    rule: 'no-array-constructor',
    examples: [
      { bad: 'const list = new Array(1, 2, 3);', good: 'const list = [1, 2, 3];' },
      { bad: 'let rows = new Array(first, second);', good: 'let rows = [first, second];' },
      { bad: 'draw(new Array(x, y));', good: 'draw([x, y]);' },
      { bad: 'return new Array(a, b, c);', good: 'return [a, b, c];' },
    ],
    wrong: (name) => `export const sizes${name} = new Array(10, 20, 30);\n`,
    right: (name) => `export const sizes${name} = [10, 20, 30];\n`,
  },
];

/** What of a learner this needs; the hub's is instrumented, so that teaching is recorded as well. */
interface Learner {
  learn(example: {
    readonly rule: string;
    readonly bad: string;
    readonly good: string;
    readonly source: string;
  }): unknown;
}

/** Teaches all patterns. @returns how many examples that took */
export function teachPatterns(learner: Learner): number {
  return taughtPatterns.reduce((examples, pattern) => examples + teachPattern(learner, pattern), 0);
}

/** @returns how many examples it took */
export function teachPattern(learner: Learner, { rule, examples }: TaughtPattern): number {
  for (const example of examples) learner.learn({ rule, ...example, source: 'code review' });
  return examples.length;
}

/** Code that a scanner has to find: user input in a shell command. */
export const vulnerableSource = (name: string): string =>
  `import { exec } from 'node:child_process';\n\nexport function list${name}(request, done) {\n  exec('ls -l ' + request.query.folder, done);\n}\n`;

export const harmlessSource = (name: string): string =>
  `import { readdir } from 'node:fs';\n\nexport function list${name}(folder, done) {\n  readdir(folder, done);\n}\n`;

/** What was done to a workspace, so that it can be checked whether the hub noticed. */
export interface Change {
  readonly action: 'added' | 'changed' | 'deleted';
  /** Relative to the workspace. */
  readonly path: string;
  readonly vulnerable: boolean;
  /** The rule that the change breaks, or null. */
  readonly mistake: string | null;
  /** The code that was added, or null for a deletion. */
  readonly code: string | null;
}

/** A change, and how often its file had been worked off when it was made. */
export interface TrackedChange extends Change {
  readonly handledBefore: number;
}

/** The folder of a codebase that holds what its authors wrote by hand, where there is one: examples and builds stay out. */
export function sourceFolder(root: string): string {
  const folder = join(root, 'src');
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
    return statSync(folder).isDirectory() ? folder : root;
  } catch {
    // It is not there, leads in a circle or may not be read; the walk of the root says which.
    return root;
  }
}

/** Works in a private copy of a workspace like a developer: adds, changes, deletes files, and commits. */
export class WorkspaceEditor {
  readonly root: string;
  readonly #added: string[] = [];
  #changes = 0;

  constructor(root: string) {
    this.root = root;
  }

  /** Makes the copy, which has no `.git` yet, a repository of its own whose first commit holds everything. */
  async initialise(): Promise<void> {
    await this.#git('init', '--quiet');
    // Above the attributes of the codebase, whose filters and encodings may need programs that are not here.
    await mkdir(join(this.root, '.git/info'), { recursive: true });
    await writeFile(
      join(this.root, '.git/info/attributes'),
      '* -text -filter -ident -working-tree-encoding\n',
    );
    await this.#commit('Take over the code', '--allow-empty');
  }

  /** The next change: in turn a file with a vulnerability, one with a mistake, one without either, an edit and a deletion. */
  async makeChange(timesHandled: (path: string) => number = () => 0): Promise<TrackedChange> {
    const number = this.#changes++;
    const path = this.#pathOf(number);
    const handledBefore = timesHandled(path);
    return { ...(await this.#change(number, path)), handledBefore };
  }

  /** The file of a change: a new one, or for an edit and a deletion one that was added before. */
  #pathOf(number: number): string {
    if (number % 5 === 3) return this.#added.at(-1) as string;
    return number % 5 === 4 ? (this.#added[0] as string) : `realworld-change-${number}.js`;
  }

  async #change(number: number, path: string): Promise<Change> {
    const name = `Change${number}`;
    const pattern = taughtPatterns[number % taughtPatterns.length] as TaughtPattern;
    switch (number % 5) {
      case 0:
        return this.#add(path, vulnerableSource(name), { vulnerable: true, mistake: null });
      case 1:
        return this.#add(path, pattern.wrong(name), { vulnerable: false, mistake: pattern.rule });
      case 2:
        return this.#add(path, pattern.right(name), { vulnerable: false, mistake: null });
      case 3:
        return this.#append(path, pattern.wrong(name), pattern.rule);
      default:
        return this.#delete(path);
    }
  }

  async commit(message: string): Promise<void> {
    await this.#commit(message);
  }

  read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8');
  }

  async #add(
    path: string,
    code: string,
    traits: { readonly vulnerable: boolean; readonly mistake: string | null },
  ): Promise<Change> {
    await writeFile(join(this.root, path), code);
    this.#added.push(path);
    return { action: 'added', path, code, ...traits };
  }

  async #append(path: string, code: string, mistake: string): Promise<Change> {
    await appendFile(join(this.root, path), `\n${code}`);
    return { action: 'changed', path, vulnerable: false, mistake, code };
  }

  async #delete(path: string): Promise<Change> {
    this.#added.shift();
    await rm(join(this.root, path));
    return { action: 'deleted', path, vulnerable: false, mistake: null, code: null };
  }

  async #commit(message: string, ...options: readonly string[]): Promise<void> {
    // Also what the codebase ignores, which the changes may be: in some all of its JavaScript is built.
    await this.#git('add', '--all', '--force');
    await this.#git('commit', '--quiet', ...options, '--message', message);
  }

  async #git(...args: readonly string[]): Promise<void> {
    const identity = ['-c', 'user.name=Scenario', '-c', 'user.email=scenario@example.invalid'];
    const quiet = ['-c', 'commit.gpgsign=false', '-c', 'core.hooksPath=/dev/null', '-c', 'gc.auto=0'];
    await run('git', [...identity, ...quiet, ...args], {
      cwd: this.root,
      env: withoutRepository(process.env),
      maxBuffer: 64 * 1024 * 1024,
    });
  }
}

/** In a hook of git the environment names the repository that the hook is of, and commits would go into that one. */
function withoutRepository(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GIT_')));
}
