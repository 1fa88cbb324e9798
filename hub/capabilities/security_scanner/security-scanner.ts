import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { CapabilityError } from '../../errors.js';
import { createTurnTaker } from '../../files/turn-taking.js';
import {
  listWorkspaceFiles,
  readWorkspaceSource,
  type SkippedEntry,
  type WorkspaceFilesOptions,
} from '../../files/workspace-files.js';
import { judgeFindings, type SecurityAccuracy, type SecurityCase, summariseVerdicts } from './accuracy.js';
import { type EngineState, type Engines, loadEngines, refuseUnknownRule } from './engines.js';
import { type EngineName, type Finding, mergeFindings, type RuleDescription } from './finding.js';
import type { LintEngine } from './lint-engine.js';
import { scanWithPatterns } from './pattern-engine.js';
import { patternRules } from './pattern-rules.js';
import { cweOfSecretRule, scanForSecrets, secretRuleNames } from './secret-engine.js';
import { scanForFormats, secretFormats } from './secret-formats.js';

export interface SecurityScannerOptions {
  /**
   * Rules that do not run, as `engine/rule`.
   * @default eslint-plugin-security/detect-object-injection, which reports every computed member
   */
  readonly disabledRules?: readonly string[];
  /** Which files `scanFiles` takes. */
  readonly files?: Omit<WorkspaceFilesOptions, 'signal'>;
  /** File whose installed packages are searched for eslint-plugin-sonarjs. @default this file */
  readonly requireFrom?: string;
}

export interface ScanResult {
  readonly findings: readonly Finding[];
  readonly durationMs: number;
}

export interface UnscannedFile {
  readonly path: string;
  /** The walk's reason, `unparsable`, `tool-failed` when an engine broke, `not-found` for a path that is not there. */
  readonly reason: SkippedEntry['reason'] | 'unparsable' | 'tool-failed' | 'not-found';
  readonly detail?: string;
}

export interface TreeScanResult {
  /** Number of files scanned. */
  readonly files: number;
  readonly findings: readonly Finding[];
  readonly skipped: readonly UnscannedFile[];
  readonly durationMs: number;
}

type ScanOutcome = { readonly findings: readonly Finding[] } | { readonly unparsable: string };

const DEFAULT_DISABLED_RULES = ['eslint-plugin-security/detect-object-injection'];

/**
 * Finds weaknesses in JavaScript and TypeScript by syntax, each with its number in the Common Weakness Enumeration and
 * its line, and credentials in any text. Nothing in a scanned source is run, and no comment in it changes what is found.
 */
export class SecurityScanner {
  readonly #disabledRules: ReadonlySet<string>;
  readonly #files: Omit<WorkspaceFilesOptions, 'signal'>;
  readonly #requireFrom: string;
  #engines: Engines | undefined;

  /** @throws CapabilityError `BAD_INPUT` for a disabled rule that does not exist */
  constructor(options: SecurityScannerOptions = {}) {
    this.#disabledRules = new Set(options.disabledRules ?? DEFAULT_DISABLED_RULES);
    for (const rule of this.#disabledRules) refuseUnknownRule(rule);
    this.#files = options.files ?? {};
    this.#requireFrom = options.requireFrom ?? fileURLToPath(import.meta.url);
  }

  /**
   * Scans one source. The extension of the path decides how it is read.
   *
   * @throws CapabilityError `BAD_INPUT` when the source does not parse, `TOOL_FAILED` when an engine breaks on it
   */
  scanCode(source: string, { path }: { readonly path: string }): ScanResult {
    const startMs = performance.now();
    const outcome = this.#scan(source, path);
    if ('unparsable' in outcome) {
      throw new CapabilityError(
        'BAD_INPUT',
        `${path} does not parse: ${outcome.unparsable}. Mend the syntax, or give the extension of its language.`,
      );
    }
    return { findings: outcome.findings, durationMs: performance.now() - startMs };
  }

  /**
   * Scans every source file below a folder, or the given ones. A file that does not parse is listed with the reason.
   *
   * @param paths relative to the root, with `/` between the parts
   * @throws CapabilityError `NOT_FOUND` when the root cannot be walked, `BAD_INPUT` for a path outside of it,
   * `INTERRUPTED` when the signal aborts
   */
  async scanFiles(
    root: string,
    paths?: readonly string[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<TreeScanResult> {
    const startMs = performance.now();
    const walk = signal === undefined ? this.#files : { ...this.#files, signal };
    const listed = paths === undefined ? await listWorkspaceFiles(root, walk) : undefined;
    const wanted = listed?.files.map(({ path }) => path) ?? [...new Set(paths)].sort();
    const skipped: UnscannedFile[] = [...(listed?.skipped ?? [])];
    const findings: Finding[] = [];
    const turns = createTurnTaker();
    let files = 0;
    for (const path of wanted) {
      throwIfAborted(signal, root);
      const read = readWorkspaceSource(root, path, this.#files);
      const outcome = this.#scanRead(read, path);
      if ('reason' in outcome) {
        skipped.push(outcome);
      } else {
        files += 1;
        findings.push(...outcome.findings);
      }
      if (turns.isDue()) await turns.takeTurn();
    }
    skipped.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    return { files, findings: mergeFindings(findings), skipped, durationMs: performance.now() - startMs };
  }

  /**
   * Finds credentials in any text by the formats of their providers, with secretlint's rules and formats of this
   * project. Messages keep at most four characters of a value.
   *
   * @throws CapabilityError `TOOL_FAILED` when a rule of secretlint throws
   */
  async scanSecrets(text: string, { path }: { readonly path: string }): Promise<readonly Finding[]> {
    const content = text.replace(/^\uFEFF/, '');
    const known = await scanForSecrets(content, path);
    const findings = [...known, ...scanForFormats(content, path)].filter(({ engine, rule }) =>
      this.#isEnabled(engine, rule),
    );
    return findings.sort((a, b) => a.line - b.line || a.column - b.column);
  }

  /**
   * Measures detection on sources with known lines. A line counts as found when any rule reports within two lines of
   * it; the kind of weakness is not compared. A rule set's own examples say nothing about its accuracy: give it cases
   * that its authors did not write.
   *
   * @throws CapabilityError `BAD_INPUT` when a case does not parse
   */
  evaluate(cases: readonly SecurityCase[]): SecurityAccuracy {
    return summariseVerdicts(
      cases.flatMap((one) => judgeFindings(one, this.scanCode(one.source, { path: one.path }).findings)),
    );
  }

  /** Every rule of the engines that are available, whether it runs or not. */
  rules(): readonly RuleDescription[] {
    const described = [
      ...patternRules.map((rule) => ({ ...rule, engine: 'patterns' as const })),
      ...this.#load().plugins.flatMap(({ engine, rules }) => rules.map((rule) => ({ ...rule, engine }))),
      ...secretRuleNames.map((rule) => ({
        rule,
        cwe: cweOfSecretRule(rule),
        severity: 'critical' as const,
        engine: 'secretlint' as const,
      })),
      ...secretFormats.map(({ rule, severity }) => ({
        rule,
        cwe: 'CWE-798',
        severity,
        engine: 'formats' as const,
      })),
    ];
    return described.map(({ engine, rule, cwe, severity }) => ({
      engine,
      rule,
      cwe,
      severity,
      enabled: this.#isEnabled(engine, rule),
    }));
  }

  /** Which engines work here, and what to install for those that do not. */
  engines(): readonly EngineState[] {
    return this.#load().states;
  }

  #scanRead(
    read: ReturnType<typeof readWorkspaceSource>,
    path: string,
  ): UnscannedFile | { readonly findings: readonly Finding[] } {
    if (read === undefined) return { path, reason: 'not-found' };
    if (read === 'folder') return { path, reason: 'not-a-file', detail: 'a folder; give its files' };
    if ('reason' in read) return read;
    const outcome = this.#tryScan(read.text, path);
    if ('broken' in outcome) return { path, reason: 'tool-failed', detail: outcome.broken.message };
    return 'unparsable' in outcome ? { path, reason: 'unparsable', detail: outcome.unparsable } : outcome;
  }

  /** One file that breaks an engine must not end the scan of a tree. */
  #tryScan(source: string, path: string): ScanOutcome | { readonly broken: CapabilityError } {
    try {
      return this.#scan(source, path);
    } catch (error) {
      if (error instanceof CapabilityError && error.code === 'TOOL_FAILED') return { broken: error };
      throw error;
    }
  }

  #scan(source: string, path: string): ScanOutcome {
    const { lint } = this.#load();
    try {
      return this.#runEngines(lint, source, path);
    } catch (error) {
      throw new CapabilityError(
        'TOOL_FAILED',
        `${path} breaks a rule or a parser: ${String(error)}. Disable the rule, or leave the file out.`,
        { cause: error },
      );
    }
  }

  #runEngines(lint: LintEngine, source: string, path: string): ScanOutcome {
    const linted = lint.lint(source, path);
    if (linted.outcome === 'unparsable') {
      const { message, line, column } = linted.failure;
      return { unparsable: `${message} (line ${line}, column ${column})` };
    }
    const own = scanWithPatterns(source, path, (rule) => this.#isEnabled('patterns', rule));
    return { findings: mergeFindings([...own, ...linted.findings]) };
  }

  #isEnabled(engine: EngineName, rule: string): boolean {
    return !this.#disabledRules.has(`${engine}/${rule}`);
  }

  #load(): Engines {
    this.#engines ??= loadEngines(this.#requireFrom, (engine, rule) => this.#isEnabled(engine, rule));
    return this.#engines;
  }
}

function throwIfAborted(signal: AbortSignal | undefined, root: string): void {
  if (signal?.aborted) {
    throw new CapabilityError(
      'INTERRUPTED',
      `The scan of ${root} was aborted. Start it again for a whole result.`,
      { cause: signal.reason },
    );
  }
}
