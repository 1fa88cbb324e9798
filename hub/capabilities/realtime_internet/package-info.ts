import { CapabilityError, Unavailable } from '../../errors.js';
import type { InternetAnswer, PackageInfo } from './internet-types.js';

const packageName = /^(?:@[a-z\d~-][a-z\d._~-]*\/)?[a-z\d~-][a-z\d._~-]*$/i;

/**
 * Where a registry describes a package.
 *
 * @throws CapabilityError BAD_INPUT for what cannot be the name of a package; Unavailable when no registry is set
 */
export function packageAddress(registry: string | undefined, name: string): string {
  if (name.length > 214 || !packageName.test(name)) {
    throw new CapabilityError('BAD_INPUT', `"${name}" cannot be the name of a package.`);
  }
  if (registry === undefined) {
    throw new Unavailable(
      'No package registry is set. Give the option registry, or set npm_config_registry.',
    );
  }
  return `${registry.replace(/\/+$/, '')}/${name.replace('/', '%2f')}`;
}

/**
 * Reads what a registry says of a package.
 *
 * @throws CapabilityError NOT_FOUND for an unknown package, TOOL_FAILED for an answer that is none of a registry
 */
export function readPackage(name: string, answer: InternetAnswer): PackageInfo {
  if (answer.status === 404) {
    throw new CapabilityError('NOT_FOUND', `The registry at ${answer.source} knows no package "${name}".`);
  }
  const document = answer.ok ? parseObject(answer.text ?? '') : undefined;
  if (document === undefined || !isObject(document.versions)) {
    throw new CapabilityError(
      'TOOL_FAILED',
      `${answer.source} answered ${answer.status} without versions of "${name}". Check that it is a registry.`,
    );
  }
  const tags = texts(document['dist-tags']);
  const latest = tags.latest;
  const manifest = latest === undefined ? undefined : document.versions[latest];
  const facts = isObject(manifest) ? manifest : {};
  const license = textOf(facts.license) ?? textOf(document.license);
  const repository = addressOf(facts.repository) ?? addressOf(document.repository);
  const description = textOf(facts.description) ?? textOf(document.description);
  const homepage = textOf(facts.homepage) ?? textOf(document.homepage);
  const deprecated = textOf(facts.deprecated);
  const publishedAt = latest === undefined ? undefined : texts(document.time)[latest];
  return {
    name: textOf(document.name) ?? name,
    ...(latest === undefined ? {} : { latest }),
    versions: Object.keys(document.versions),
    tags,
    ...(description === undefined ? {} : { description }),
    ...(license === undefined ? {} : { license }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(repository === undefined ? {} : { repository }),
    ...(deprecated === undefined ? {} : { deprecated }),
    dependencies: texts(facts.dependencies),
    ...(publishedAt === undefined ? {} : { publishedAt }),
    source: answer.source,
    fetchedAt: answer.fetchedAt,
    origin: answer.origin,
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function addressOf(value: unknown): string | undefined {
  return textOf(isObject(value) ? value.url : value);
}

function texts(value: unknown): Record<string, string> {
  const entries = Object.entries(isObject(value) ? value : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
