import { CapabilityError } from '../../errors.js';
import type { TestOutcome, TestResult } from './ci-types.js';

type Node = Readonly<Record<string, unknown>>;

const largestCharacters = 67_108_864;
const deepest = 64;
const longestMessage = 2_000;

/**
 * The tests of a report in JUnit's form, in its order. A name that comes again in the same suite is told apart by a number.
 *
 * @throws CapabilityError BAD_INPUT for what is not well-formed, declares a document type or entities, is nested deeper
 *   than 64 elements, is larger than 64 million characters, or holds no test suite
 */
export async function readJUnit(xml: string): Promise<readonly TestResult[]> {
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  if (xml.length > largestCharacters) throw refused(`is longer than ${largestCharacters} characters`);
  // Reports need neither, and entities can grow without bound or name files.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) throw refused('declares a document type, which is not taken');
  const valid = XMLValidator.validate(xml);
  if (valid !== true) {
    throw refused(`is not well-formed: line ${valid.err.line}, column ${valid.err.col}: ${valid.err.msg}`);
  }
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    textNodeName: '#text',
    cdataPropName: '#cdata',
    maxNestedTags: deepest,
    isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && arrays.has(name),
  });
  let document: Node;
  try {
    document = parser.parse(xml) as Node;
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error), error);
  }
  const suites = 'testsuites' in document ? nodesOf(document.testsuites)[0] : document;
  if (suites === undefined || !('testsuite' in document || 'testsuites' in document)) {
    throw refused('holds no test suite');
  }
  return numberRepeated(nodesOf(suites.testsuite).flatMap((suite) => testsOf(suite)));
}

const arrays = new Set([
  'testsuite',
  'testcase',
  'failure',
  'error',
  'skipped',
  'flakyFailure',
  'flakyError',
  'rerunFailure',
  'rerunError',
]);

function testsOf(suite: Node): readonly TestResult[] {
  const name = textAt(suite, 'name');
  const own = nodesOf(suite.testcase).map((test): TestResult => {
    const failure = nodesOf(test.failure)[0];
    const error = nodesOf(test.error)[0];
    const outcome: TestOutcome =
      failure !== undefined
        ? 'failed'
        : error !== undefined
          ? 'errored'
          : nodesOf(test.skipped).length > 0
            ? 'skipped'
            : 'passed';
    const message = messageOf(failure ?? error);
    return {
      name: textAt(test, 'name'),
      suite: textAt(test, 'classname') || textAt(test, 'file') || name,
      outcome,
      durationMs: seconds(textAt(test, 'time')) * 1_000,
      ...(message === undefined ? {} : { message }),
      failedAttempts: [test.flakyFailure, test.flakyError, test.rerunFailure, test.rerunError].reduce<number>(
        (sum, attempts) => sum + nodesOf(attempts).length,
        0,
      ),
    };
  });
  return [...own, ...nodesOf(suite.testsuite).flatMap((inner) => testsOf(inner))];
}

function numberRepeated(tests: readonly TestResult[]): readonly TestResult[] {
  const seen = new Map<string, number>();
  return tests.map((test) => {
    const key = `${test.suite}\n${test.name}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? test : { ...test, name: `${test.name} #${times}` };
  });
}

function messageOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  const detail = [node['#text'], node['#cdata']].flat().filter((part) => typeof part === 'string');
  const text = textAt(node, 'message') || detail.join('\n').trim() || textAt(node, 'type');
  return text === '' ? undefined : text.slice(0, longestMessage);
}

/** Elements without attributes come as their text. */
function nodesOf(value: unknown): readonly Node[] {
  const all = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.map((node: unknown) =>
    typeof node === 'object' && node !== null ? (node as Node) : { '#text': String(node) },
  );
}

function textAt(node: Node, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}

function seconds(text: string): number {
  const value = Number(text.replaceAll(',', ''));
  return Number.isFinite(value) && value > 0 ? value : 0;
}

function refused(why: string, cause?: unknown): CapabilityError {
  return new CapabilityError(
    'BAD_INPUT',
    `The report ${why}. Give a file in JUnit's form.`,
    cause === undefined ? {} : { cause },
  );
}
