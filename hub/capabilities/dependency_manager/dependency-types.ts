/** Where a manifest asks for a package. */
export type DependencyGroup =
  | 'dependencies'
  | 'devDependencies'
  | 'optionalDependencies'
  | 'peerDependencies';

export interface OutdatedDependency {
  readonly name: string;
  readonly group: DependencyGroup;
  /** Range that the manifest asks for. */
  readonly asked: string;
  /** Version in node_modules; absent when it is not there. */
  readonly installed?: string;
  readonly latest: string;
  /** Range that would ask for the latest version, in the style of the present one. */
  readonly upgradeTo: string;
  /** Path of the manifest from the root. */
  readonly manifest: string;
}

export interface SkippedDependency {
  readonly name: string;
  readonly asked: string;
  readonly manifest: string;
  readonly reason: string;
}

export interface OutdatedReport {
  /** Registry that was asked. */
  readonly source: string;
  readonly outdated: readonly OutdatedDependency[];
  readonly upToDate: number;
  readonly skipped: readonly SkippedDependency[];
  readonly durationMs: number;
}

export type Severity = 'info' | 'low' | 'moderate' | 'high' | 'critical';

export interface Advisory {
  readonly id: string;
  readonly title: string;
  readonly url?: string;
  readonly severity: Severity;
  readonly cwe: readonly string[];
  readonly range: string;
}

export interface VulnerableDependency {
  readonly name: string;
  readonly severity: Severity;
  /** Versions that are vulnerable. */
  readonly range: string;
  /** Versions that are there, each with its place from the root. */
  readonly instances: readonly { readonly version: string; readonly location: string }[];
  readonly isDirect: boolean;
  readonly advisories: readonly Advisory[];
  /** Vulnerable packages that it depends on, when it has no advisory of its own. */
  readonly via: readonly string[];
}

export interface VulnerabilityReport {
  readonly source: string;
  /** The lock file or what is installed. */
  readonly tree: TreeKind;
  /** Versions of packages that were asked about. */
  readonly audited: number;
  /** The most severe first. */
  readonly vulnerabilities: readonly VulnerableDependency[];
  readonly durationMs: number;
}

export type TreeKind = 'lock' | 'installed';

export interface UnusedDependency {
  readonly name: string;
  readonly group: DependencyGroup;
  readonly manifest: string;
}

export interface PlaceInFile {
  readonly name: string;
  readonly path: string;
  /** From 1; absent when the whole file is meant. */
  readonly line?: number;
}

export interface UnusedReport {
  readonly source: string;
  readonly dependencies: readonly UnusedDependency[];
  /** Packages that are imported but that no manifest asks for. */
  readonly unlisted: readonly PlaceInFile[];
  /** Imports that lead nowhere. */
  readonly unresolved: readonly PlaceInFile[];
  readonly files: readonly string[];
  readonly exports: readonly PlaceInFile[];
  readonly durationMs: number;
}

export interface DependencyConflict {
  /** `missing`: it is not there; `invalid`: another version is there; `peer`: another version is there than a peer asks for. */
  readonly kind: 'missing' | 'invalid' | 'peer';
  /** Who asks, with its place from the root. */
  readonly from: string;
  readonly fromLocation: string;
  readonly name: string;
  readonly asked: string;
  /** Version that is there instead. */
  readonly found?: string;
}

export interface DuplicatedPackage {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly locations: readonly string[] }[];
}

export interface ConflictReport {
  readonly source: string;
  readonly tree: TreeKind;
  readonly packages: number;
  readonly conflicts: readonly DependencyConflict[];
  /** Packages that are there in several versions. */
  readonly duplicates: readonly DuplicatedPackage[];
  readonly durationMs: number;
}
