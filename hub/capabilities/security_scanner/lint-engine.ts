import { createRequire } from 'node:module';
import { type ESLint, Linter } from 'eslint';
import { CapabilityError } from '../../errors.js';
import { eslintSecurityRules } from './eslint-security-rules.js';
import type { EngineName, Finding } from './finding.js';
import type { LintRule } from './lint-rule.js';
import { sonarjsRules } from './sonarjs-rules.js';
import { type SourceKind, sourceKindOf } from './source-kind.js';

type SourceType = 'module' | 'commonjs' | 'script';
type LintEngineName = 'eslint-plugin-security' | 'eslint-plugin-sonarjs';

export interface LintPlugin {
  readonly engine: LintEngineName;
  readonly version: string;
  readonly plugin: ESLint.Plugin;
  readonly rules: readonly LintRule[];
}

export type LoadedPlugin =
  | { readonly outcome: 'available'; readonly plugin: LintPlugin }
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** A source that no parser of its kind accepts. Lines and columns begin at 1. */
export interface ParseFailure {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export type LintOutcome =
  | { readonly outcome: 'scanned'; readonly findings: readonly Finding[] }
  | { readonly outcome: 'unparsable'; readonly failure: ParseFailure };

export function loadSecurityPlugin(): LintPlugin {
  // Published without declarations, so it is not imported by its name.
  const security: ESLint.Plugin = createRequire(import.meta.url)('eslint-plugin-security');
  return {
    engine: 'eslint-plugin-security',
    version: String(security.meta?.version ?? 'unknown'),
    plugin: security,
    rules: eslintSecurityRules,
  };
}

/**
 * Loads eslint-plugin-sonarjs when it is installed. It takes about a second, so it is done at the first scan.
 *
 * @param requireFrom file whose packages are searched
 * @throws CapabilityError `TOOL_FAILED` when the package is there but cannot be loaded
 */
export function loadSonarjsPlugin(requireFrom: string): LoadedPlugin {
  const require = createRequire(requireFrom);
  let location: string;
  try {
    location = require.resolve('eslint-plugin-sonarjs');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error;
    return {
      outcome: 'unavailable',
      reason: 'eslint-plugin-sonarjs is not installed. Run: npm install --save-dev eslint-plugin-sonarjs@4',
    };
  }
  try {
    const manifest: { readonly version: string } = require('eslint-plugin-sonarjs/package.json');
    const loaded: { readonly default?: ESLint.Plugin } & ESLint.Plugin = require(location);
    const plugin = loaded.rules === undefined ? (loaded.default ?? loaded) : loaded;
    const known = new Set(Object.keys(plugin.rules ?? {}));
    return {
      outcome: 'available',
      plugin: {
        engine: 'eslint-plugin-sonarjs',
        // The version in its `meta` is a placeholder.
        version: manifest.version,
        plugin,
        rules: sonarjsRules.filter(({ rule }) => known.has(rule)),
      },
    };
  } catch (error) {
    throw new CapabilityError(
      'TOOL_FAILED',
      `eslint-plugin-sonarjs at ${location} cannot be loaded: ${String(error)}. Reinstall it, or remove it to scan without.`,
      { cause: error },
    );
  }
}

/** Runs the rules of several ESLint plugins over one source in one parse and one walk. */
export class LintEngine {
  readonly #linter = new Linter({ configType: 'flat' });
  readonly #plugins: readonly LintPlugin[];
  readonly #meanings: ReadonlyMap<string, LintRule & { readonly engine: EngineName }>;
  readonly #configs = new Map<string, Linter.Config[]>();

  constructor(plugins: readonly LintPlugin[], isEnabled: (engine: EngineName, rule: string) => boolean) {
    this.#plugins = plugins;
    this.#meanings = new Map(
      plugins.flatMap(({ engine, rules }) =>
        rules
          .filter(({ rule }) => isEnabled(engine, rule))
          .map((meaning) => [`${engine}/${meaning.rule}`, { ...meaning, engine }] as const),
      ),
    );
  }

  /** JavaScript is read as a module first, then as CommonJS, then as a script; the first failure is the one told. */
  lint(source: string, path: string): LintOutcome {
    const kind = sourceKindOf(path);
    let firstFailure: ParseFailure | undefined;
    for (const sourceType of sourceTypesOf(kind)) {
      const messages = this.#linter.verify(source, this.#configOf(kind, sourceType), {
        filename: kind.lintName,
        allowInlineConfig: false,
      });
      const fatal = messages.find((message) => message.fatal);
      if (fatal === undefined) {
        return {
          outcome: 'scanned',
          findings: messages.flatMap((message) => this.#toFinding(message, path)),
        };
      }
      firstFailure ??= { message: fatal.message, line: fatal.line, column: fatal.column };
    }
    return {
      outcome: 'unparsable',
      failure: firstFailure ?? { message: 'no parser accepts it', line: 1, column: 1 },
    };
  }

  #toFinding(message: Linter.LintMessage, path: string): readonly Finding[] {
    const meaning = this.#meanings.get(message.ruleId ?? '');
    // Messages without a rule are ESLint's own remarks, such as that it ignored a comment with configuration.
    if (meaning === undefined) return [];
    const { rule, cwe, severity, engine } = meaning;
    return [
      {
        rule,
        cwe,
        severity,
        message: message.message,
        path,
        line: message.line,
        column: message.column,
        endLine: message.endLine ?? message.line,
        engine,
        alsoFoundBy: [],
      },
    ];
  }

  #configOf(kind: SourceKind, sourceType: SourceType): Linter.Config[] {
    const key = `${kind.isTypeScript ? 'typescript' : 'javascript'} ${kind.lintName} ${sourceType}`;
    const known = this.#configs.get(key);
    if (known !== undefined) return known;
    const config: Linter.Config[] = [
      {
        // ESLint looks at TypeScript only where a pattern names its extensions.
        files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'],
        languageOptions: {
          ecmaVersion: 'latest',
          sourceType,
          parserOptions: { ecmaFeatures: { jsx: !/\.[cm]?ts$/.test(kind.lintName) } },
          ...(kind.isTypeScript
            ? { parser: createRequire(import.meta.url)('@typescript-eslint/parser') }
            : {}),
        },
        linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'off' },
        plugins: Object.fromEntries(this.#plugins.map(({ engine, plugin }) => [engine, plugin])),
        rules: Object.fromEntries([...this.#meanings.keys()].map((name) => [name, 'error'])),
      },
    ];
    this.#configs.set(key, config);
    return config;
  }
}

function sourceTypesOf(kind: SourceKind): readonly SourceType[] {
  if (kind.isTypeScript || kind.lintName.endsWith('.mjs')) return ['module'];
  return kind.lintName.endsWith('.cjs') ? ['commonjs', 'script'] : ['module', 'commonjs', 'script'];
}
