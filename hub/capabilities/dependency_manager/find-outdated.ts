import { Unavailable } from '../../errors.js';
import type { OutdatedDependency, SkippedDependency } from './dependency-types.js';
import { type AskedDependency, installedVersion } from './read-manifests.js';

/** Ranges that name a place in place of versions: no registry knows what is newer. */
const notOfRegistry =
  /^(?:file:|link:|workspace:|portal:|patch:|catalog:|git[+:@]|github:|https?:|npm:|[\w.-]+\/[\w.-]+(?:#|$)|\.{0,2}\/)/i;
const requestsAtOnce = 8;

export interface RegistryOptions {
  readonly registry: string;
  readonly timeoutMs: number;
}

/** What one question about a package brought. */
type Asked = { readonly latest: string } | { readonly reason: string; readonly isUnreachable: boolean };

/**
 * The dependencies for which the registry has a version beyond the range that is asked for.
 *
 * @throws Unavailable when the registry cannot be reached for any of them
 */
export async function findOutdated(
  root: string,
  dependencies: readonly AskedDependency[],
  options: RegistryOptions,
): Promise<{
  readonly outdated: readonly OutdatedDependency[];
  readonly upToDate: number;
  readonly skipped: readonly SkippedDependency[];
}> {
  const skipped: SkippedDependency[] = [];
  const askable = dependencies.filter(({ name, asked, manifest }) => {
    if (!notOfRegistry.test(asked)) return true;
    skipped.push({ name, asked, manifest, reason: 'its range names a place, not versions of the registry' });
    return false;
  });
  const answers = await askAll([...new Set(askable.map(({ name }) => name))], options);
  const failures = [...answers.values()].filter((answer) => 'reason' in answer);
  const [first] = failures;
  if (first !== undefined && failures.length === answers.size && failures.some((f) => f.isUnreachable)) {
    throw new Unavailable(`${options.registry} cannot be reached (${first.reason}). Check the network.`);
  }
  const known = askable.filter(({ name, asked, manifest }) => {
    const answer = answers.get(name);
    if (answer !== undefined && 'latest' in answer) return true;
    skipped.push({ name, asked, manifest, reason: answer?.reason ?? 'was not asked about' });
    return false;
  });
  const outdated: OutdatedDependency[] = [];
  for (const [manifest, group] of groupByManifest(known)) {
    const upgrades = await upgradesOf(group, options);
    for (const { name, group: kind, asked, folder } of group) {
      const upgradeTo = upgrades.get(name);
      const answer = answers.get(name);
      if (upgradeTo === undefined || upgradeTo === asked || answer === undefined || !('latest' in answer))
        continue;
      const installed = await installedVersion(root, folder, name);
      outdated.push({
        name,
        group: kind,
        asked,
        ...(installed === undefined ? {} : { installed }),
        latest: answer.latest,
        upgradeTo,
        manifest,
      });
    }
  }
  return { outdated, upToDate: known.length - outdated.length, skipped };
}

async function askAll(names: readonly string[], options: RegistryOptions): Promise<Map<string, Asked>> {
  const answers = new Map<string, Asked>();
  const left = [...names];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      answers.set(name, await askLatest(name, options));
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, work));
  return answers;
}

/** npm-check-updates takes a registry that cannot be reached for one without news: it is asked here first. */
async function askLatest(name: string, { registry, timeoutMs }: RegistryOptions): Promise<Asked> {
  const { request } = await import('undici');
  try {
    const { statusCode, body } = await request(`${registry}${name.replace('/', '%2f')}`, {
      headers: { accept: 'application/vnd.npm.install-v1+json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (statusCode !== 200) {
      await body.dump();
      return { reason: `the registry answered ${statusCode}`, isUnreachable: statusCode >= 500 };
    }
    const { 'dist-tags': tags } = (await body.json()) as { 'dist-tags'?: { latest?: unknown } };
    return typeof tags?.latest === 'string'
      ? { latest: tags.latest }
      : { reason: 'the registry names no latest version', isUnreachable: false };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error), isUnreachable: true };
  }
}

/** The ranges that would ask for the latest versions, by name. */
async function upgradesOf(
  dependencies: readonly AskedDependency[],
  { registry, timeoutMs }: RegistryOptions,
): Promise<ReadonlyMap<string, string>> {
  const { run } = await import('npm-check-updates');
  const manifest: Record<string, Record<string, string>> = {};
  for (const { group, name, asked } of dependencies) {
    manifest[group] = { ...manifest[group], [name]: asked };
  }
  const upgraded = await run({
    packageData: JSON.stringify(manifest),
    dep: ['prod', 'dev', 'optional', 'peer'],
    registry,
    timeout: timeoutMs * Math.max(1, dependencies.length),
    jsonUpgraded: true,
    silent: true,
    upgrade: false,
  });
  const entries = Object.entries(upgraded ?? {});
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function groupByManifest(
  dependencies: readonly AskedDependency[],
): ReadonlyMap<string, readonly AskedDependency[]> {
  const groups = new Map<string, AskedDependency[]>();
  for (const dependency of dependencies) {
    const group = groups.get(dependency.manifest);
    if (group === undefined) groups.set(dependency.manifest, [dependency]);
    else group.push(dependency);
  }
  return groups;
}
