import { extname } from 'node:path';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { CapabilityError } from '../../errors.js';
import type { Finding } from './finding.js';

type SecretRule = (typeof rules)[number];
type SecretContext = Parameters<SecretRule['create']>[0];
type SecretSource = Parameters<NonNullable<ReturnType<SecretRule['create']>['file']>>[0];
type SecretReport = Parameters<SecretContext['report']>[0];

/** A filter of secretlint reads comments that switch its rules off; scanned text must not decide that. */
const scanners = rules.filter(({ meta }) => meta.type === 'scanner');

/** The names of secretlint's rules without their package prefix. */
export const secretRuleNames: readonly string[] = scanners.map(({ meta }) => shortName(meta.id));

/**
 * Finds credentials by the formats of their providers with secretlint's recommended rules. The values are masked:
 * messages keep at most four characters of each.
 *
 * The rules are run here and not by `lintSource` of `@secretlint/core` 12: its profiler keeps every mark ever set and
 * searches all of them at each next one, so that each text takes longer than the one before.
 *
 * @throws CapabilityError `TOOL_FAILED` when a rule throws
 */
export async function scanForSecrets(text: string, path: string): Promise<readonly Finding[]> {
  const content = text.replace(/^\uFEFF/, '');
  const places = createPlaceFinder(content);
  const findings = new Map<string, Finding>();
  for (const rule of scanners) {
    const context: SecretContext = {
      sharedOptions: {},
      createTranslator: (messages) => (messageId, data) => ({
        message: messages[messageId]?.en(data) ?? String(messageId),
        messageId: String(messageId),
        data,
      }),
      ignore: () => undefined,
      report: (report) => {
        const finding = toFinding(report, rule, content, path, places);
        findings.set(`${finding.rule} ${report.range.join(' ')}`, finding);
      },
    };
    try {
      await rule.create(context, {}).file?.(sourceOf(content, path, places));
    } catch (error) {
      throw new CapabilityError(
        'TOOL_FAILED',
        `The rule ${rule.meta.id} failed on ${path}: ${String(error)}. Scan without this file and report it to secretlint.`,
        { cause: error },
      );
    }
  }
  return [...findings.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

function toFinding(
  { message, range }: SecretReport,
  rule: SecretRule,
  content: string,
  path: string,
  places: PlaceFinder,
): Finding {
  const start = places.placeOf(range[0]);
  const name = shortName(rule.meta.id);
  const values = [content.slice(...range), ...Object.values<unknown>(message.data ?? {})].filter(
    (value): value is string => typeof value === 'string' && value !== '' && content.includes(value),
  );
  return {
    rule: name,
    cwe: cweOfSecretRule(name),
    severity: 'critical',
    message: maskAll(message.message, values),
    path,
    line: start.line,
    column: start.column + 1,
    endLine: places.placeOf(range[1]).line,
    engine: 'secretlint',
    alsoFoundBy: [],
  };
}

/** A private key in the source is a weakness of its own; everything else is a hard-coded credential. */
export function cweOfSecretRule(rule: string): string {
  return rule === 'privatekey' ? 'CWE-321' : 'CWE-798';
}

/** Longest first, so that a value within another does not leave the rest of the longer one in place. */
function maskAll(message: string, values: readonly string[]): string {
  return [...values]
    .sort((a, b) => b.length - a.length)
    .reduce((masked, value) => masked.replaceAll(value, mask(value)), message);
}

function mask(value: string): string {
  return `${value.length >= 16 ? value.slice(0, 4) : ''}****`;
}

function shortName(id: string): string {
  return id.replace('@secretlint/secretlint-rule-', '');
}

interface PlaceFinder {
  /** The line from 1 and the column from 0 of an offset, as secretlint counts them. */
  readonly placeOf: (offset: number) => { readonly line: number; readonly column: number };
  readonly offsetOf: (place: { readonly line: number; readonly column: number }) => number;
}

function createPlaceFinder(content: string): PlaceFinder {
  const starts = [0];
  for (let at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    placeOf(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) };
    },
    offsetOf: ({ line, column }) => (starts[line - 1] ?? content.length) + column,
  };
}

/** The source as secretlint's rules see it. Without a physical path no rule reads the disk. */
function sourceOf(content: string, path: string, places: PlaceFinder): SecretSource {
  return {
    hasBOM: false,
    content,
    filePath: path,
    physicalFilePath: undefined,
    contentType: 'text',
    ext: extname(path),
    getFilePath: () => path,
    getPhysicalFilePath: () => undefined,
    locationToRange: ({ start, end }) => [places.offsetOf(start), places.offsetOf(end)],
    rangeToLocation: ([start, end]) => ({ start: places.placeOf(start), end: places.placeOf(end) }),
    positionToIndex: (place) => places.offsetOf(place),
    indexToPosition: (offset) => places.placeOf(offset),
  };
}
