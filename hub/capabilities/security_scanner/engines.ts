import { createRequire } from 'node:module';
import { CapabilityError } from '../../errors.js';
import { eslintSecurityRules } from './eslint-security-rules.js';
import type { EngineName } from './finding.js';
import { LintEngine, type LintPlugin, loadSecurityPlugin, loadSonarjsPlugin } from './lint-engine.js';
import { patternRules } from './pattern-rules.js';
import { secretRuleNames } from './secret-engine.js';
import { FORMATS_VERSION, secretFormats } from './secret-formats.js';
import { sonarjsRules } from './sonarjs-rules.js';

/** Whether an engine works here; the reason says what to install. */
export type EngineState =
  | { readonly engine: EngineName; readonly outcome: 'available'; readonly version: string }
  | { readonly engine: EngineName; readonly outcome: 'unavailable'; readonly reason: string };

/** The engines that were found, loaded once for a scanner. */
export interface Engines {
  readonly lint: LintEngine;
  readonly plugins: readonly LintPlugin[];
  readonly states: readonly EngineState[];
}

/** @throws CapabilityError `TOOL_FAILED` when an engine is installed and cannot be loaded */
export function loadEngines(
  requireFrom: string,
  isEnabled: (engine: EngineName, rule: string) => boolean,
): Engines {
  const sonarjs = loadSonarjsPlugin(requireFrom);
  const plugins = [loadSecurityPlugin(), ...(sonarjs.outcome === 'available' ? [sonarjs.plugin] : [])];
  const missing: readonly EngineState[] =
    sonarjs.outcome === 'unavailable'
      ? [{ engine: 'eslint-plugin-sonarjs', outcome: 'unavailable', reason: sonarjs.reason }]
      : [];
  const states: readonly EngineState[] = [
    { engine: 'patterns', outcome: 'available', version: versionOf('@ast-grep/napi') },
    ...plugins.map(({ engine, version }) => ({ engine, outcome: 'available' as const, version })),
    ...missing,
    {
      engine: 'secretlint',
      outcome: 'available',
      version: versionOf('@secretlint/secretlint-rule-preset-recommend'),
    },
    { engine: 'formats', outcome: 'available', version: FORMATS_VERSION },
  ];
  return { lint: new LintEngine(plugins, isEnabled), plugins, states };
}

/** @throws CapabilityError `BAD_INPUT` for a name that is not `engine/rule` of a known rule */
export function refuseUnknownRule(name: string): void {
  const rulesOf: Readonly<Record<string, readonly string[]>> = {
    patterns: patternRules.map(({ rule }) => rule),
    'eslint-plugin-security': eslintSecurityRules.map(({ rule }) => rule),
    'eslint-plugin-sonarjs': sonarjsRules.map(({ rule }) => rule),
    secretlint: secretRuleNames,
    formats: secretFormats.map(({ rule }) => rule),
  };
  const [engine = '', rule = ''] = name.split('/');
  if (rulesOf[engine]?.includes(rule) === true) return;
  throw new CapabilityError(
    'BAD_INPUT',
    `disabledRules holds "${name}", which is no rule. Write engine/rule, with names that rules() lists.`,
  );
}

function versionOf(packageName: string): string {
  const manifest: { readonly version: string } = createRequire(import.meta.url)(
    `${packageName}/package.json`,
  );
  return manifest.version;
}
