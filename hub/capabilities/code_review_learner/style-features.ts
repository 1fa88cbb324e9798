import { createRequire } from 'node:module';
import type { ESLint, Linter, Rule } from 'eslint';
import { CapabilityError } from '../../errors.js';
import { type Convention, questions } from './conventions.js';

/** A place where code had a choice; lines and columns begin at 1. */
export interface StylePlace {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What a text says about one convention. */
export interface StyleEvidence {
  readonly convention: Convention;
  /** Places that keep to it while they break another answer, or that its selector finds. */
  readonly kept: number;
  readonly broken: readonly StylePlace[];
}

const keptRule = 'kept';
const pluginName = 'style';

/**
 * Puts all questions of style to a text in one parse and one walk of ESLint. Each rule is registered once for every answer,
 * so that contrary answers are asked together: what breaks the others and not this one keeps to this one.
 */
export class StyleFeatures {
  readonly #linter: Linter;
  readonly #plugin: ESLint.Plugin;
  readonly #rules: Linter.RulesRecord;

  private constructor(linter: Linter, builtin: ReadonlyMap<string, Rule.RuleModule>) {
    this.#linter = linter;
    const rules: Record<string, Rule.RuleModule> = {};
    const enabled: Linter.RulesRecord = {};
    const add = (id: string, name: string, options: readonly unknown[]): void => {
      const rule = builtin.get(name);
      if (rule === undefined)
        throw new CapabilityError('TOOL_FAILED', `This ESLint has no rule "${name}". Install ESLint 10.`);
      rules[id] = rule;
      enabled[`${pluginName}/${id}`] = ['error', ...options];
    };
    for (const { name, answers, keptBy } of questions) {
      for (const { id, rule, options } of answers) add(id, rule, options);
      if (keptBy !== undefined) add(`${name}.${keptRule}-places`, 'no-restricted-syntax', [keptBy]);
    }
    this.#plugin = { rules };
    this.#rules = enabled;
  }

  /** Loads ESLint, which takes some tenths of a second. */
  static async load(): Promise<StyleFeatures> {
    const [{ Linter }, { builtinRules }] = await Promise.all([
      import('eslint'),
      import('eslint/use-at-your-own-risk'),
    ]);
    return new StyleFeatures(new Linter({ configType: 'flat' }), builtinRules);
  }

  /**
   * @param path its extension decides the language
   * @throws CapabilityError `BAD_INPUT` for code that cannot be parsed
   */
  read(code: string, path: string): readonly StyleEvidence[] {
    const places = this.#placesByRule(code, path);
    return questions.flatMap(({ name, answers, keptBy }) =>
      answers.map((convention) => {
        const broken = places.get(convention.id) ?? [];
        if (keptBy !== undefined) {
          return { convention, broken, kept: (places.get(`${name}.${keptRule}-places`) ?? []).length };
        }
        const brokenHere = new Set(broken.map(placeKey));
        const others = answers
          .filter(({ id }) => id !== convention.id)
          .flatMap(({ id }) => (places.get(id) ?? []).map(placeKey));
        return { convention, broken, kept: new Set(others.filter((key) => !brokenHere.has(key))).size };
      }),
    );
  }

  #placesByRule(code: string, path: string): ReadonlyMap<string, readonly StylePlace[]> {
    const isTypeScript = /\.[cm]?tsx?$/iu.test(path);
    // JavaScript may be a module or a script; the first reading that is understood counts.
    let failure: Linter.LintMessage | undefined;
    for (const sourceType of isTypeScript ? (['module'] as const) : (['module', 'commonjs'] as const)) {
      const messages = this.#linter.verify(
        code,
        [
          {
            // ESLint takes no TypeScript by a pattern that any file meets.
            files: ['**/*.{js,ts,tsx}'],
            languageOptions: {
              ecmaVersion: 'latest',
              sourceType,
              parserOptions: { ecmaFeatures: { jsx: !/\.[cm]?ts$/iu.test(path) } },
              ...(isTypeScript
                ? { parser: createRequire(import.meta.url)('@typescript-eslint/parser') }
                : {}),
            },
            linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'off' },
            plugins: { [pluginName]: this.#plugin },
            rules: this.#rules,
          },
        ],
        // A fixed name, so that the real path cannot match one of ESLint's ignore patterns.
        {
          filename: isTypeScript ? (/x$/iu.test(path) ? 'code.tsx' : 'code.ts') : 'code.js',
          allowInlineConfig: false,
        },
      );
      const fatal = messages.find((message) => message.fatal);
      if (fatal === undefined) return groupPlaces(messages);
      failure ??= fatal;
    }
    throw new CapabilityError(
      'BAD_INPUT',
      `${path === '' ? 'The code' : path} cannot be parsed, line ${failure?.line ?? 1}: ${failure?.message ?? 'no parser accepts it'}.`,
    );
  }
}

function groupPlaces(messages: readonly Linter.LintMessage[]): ReadonlyMap<string, readonly StylePlace[]> {
  const places = new Map<string, StylePlace[]>();
  for (const { ruleId, message, line, column, endLine = line, endColumn = column } of messages) {
    if (ruleId === null) throw new CapabilityError('TOOL_FAILED', `ESLint did not read the code: ${message}`);
    const id = ruleId.slice(pluginName.length + 1);
    const known = places.get(id) ?? [];
    known.push({ line, column, endLine, endColumn });
    places.set(id, known);
  }
  return places;
}

function placeKey({ line, column }: StylePlace): string {
  return `${line}:${column}`;
}
