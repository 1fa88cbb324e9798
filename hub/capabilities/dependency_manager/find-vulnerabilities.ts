import { createRequire } from 'node:module';
import type Arborist from '@npmcli/arborist';
import { Unavailable } from '../../errors.js';
import type { Advisory, Severity, VulnerableDependency } from './dependency-types.js';
import type { LoadedTree } from './load-tree.js';

/** What npm's audit gives back, as much of it as is read here. */
interface AuditReport extends Iterable<readonly [string, AuditedPackage]> {
  readonly error: unknown;
  prepareBulkData(): Readonly<Record<string, readonly string[]>>;
}

interface AuditedPackage {
  readonly severity: Severity;
  readonly range: string;
  readonly nodes: Iterable<Arborist.Node>;
  readonly advisories: Iterable<AuditedAdvisory>;
}

interface AuditedAdvisory {
  readonly type: string;
  readonly source: unknown;
  readonly dependency: string;
  readonly title: string;
  readonly url?: string;
  readonly severity: Severity;
  readonly cwe?: readonly string[];
  readonly range: string;
}

const severities: readonly Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];

/**
 * The packages of a tree that the registry has advisories for, or that depend on such ones, the most severe first.
 *
 * @throws Unavailable with the reason when the registry cannot be asked
 */
export async function findVulnerabilities(
  tree: LoadedTree,
  registry: string,
): Promise<{ readonly audited: number; readonly vulnerabilities: readonly VulnerableDependency[] }> {
  // Arborist's own `audit` would resolve a tree without a lock file anew; this is the part of it that asks.
  const audit = createRequire(import.meta.url)('@npmcli/arborist/lib/audit-report.js') as {
    load(root: Arborist.Node, options: Arborist.Options): Promise<AuditReport>;
  };
  const report = await audit.load(tree.root, tree.options);
  if (report.error !== null && report.error !== undefined) {
    const reason = report.error instanceof Error ? report.error.message : String(report.error);
    throw new Unavailable(
      `${registry} gives no advisories (${reason}). Check the network, or give a registry that does.`,
      { cause: report.error },
    );
  }
  const audited = Object.values(report.prepareBulkData()).reduce((sum, { length }) => sum + length, 0);
  const vulnerabilities = [...report].map(([name, found]) => toVulnerable(name, found));
  return {
    audited,
    vulnerabilities: vulnerabilities.sort(
      (a, b) =>
        severities.indexOf(b.severity) - severities.indexOf(a.severity) || a.name.localeCompare(b.name),
    ),
  };
}

function toVulnerable(name: string, found: AuditedPackage): VulnerableDependency {
  const nodes = [...found.nodes];
  const told = [...found.advisories];
  return {
    name,
    severity: found.severity,
    range: found.range,
    instances: nodes.map(({ version, location }) => ({ version, location })),
    isDirect: nodes.some((node) => [...node.edgesIn].some(({ from }) => from?.isProjectRoot === true)),
    advisories: told.filter(({ type }) => type === 'advisory').map(toAdvisory),
    via: [...new Set(told.filter(({ type }) => type !== 'advisory').map(({ dependency }) => dependency))],
  };
}

function toAdvisory({ source, title, url, severity, cwe = [], range }: AuditedAdvisory): Advisory {
  return { id: String(source), title, ...(url === undefined ? {} : { url }), severity, cwe, range };
}
