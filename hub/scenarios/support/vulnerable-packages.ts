import { readFileSync } from 'node:fs';

export interface PackageVersion {
  readonly version: string;
  /** Of the published archive, as the registry gives it: `sha512-` and base64. */
  readonly integrity: string;
}

/** One line where a weakness was, and where that line went in the mended version. Lines begin at 1. */
export interface KnownSink {
  readonly file: string;
  readonly line: number;
  /** Why this is the line. */
  readonly reason: string;
  /** Absent where it is called as in the vulnerable version. */
  readonly fixedFile?: string;
  /** Absent where no mended version is published, or nothing in it stands for the line. */
  readonly fixedLine?: number;
  /** What a person says of the scanner's findings at the mended line, by hand. */
  readonly inFixed?: { readonly verdict: 'still-dangerous' | 'false-alarm'; readonly reason?: string };
}

export interface VulnerablePackage {
  readonly name: string;
  /** Number in the Common Weakness Enumeration, such as `CWE-78`. */
  readonly cwe: string;
  readonly advisory: string | null;
  readonly vulnerable: PackageVersion;
  readonly fixed: PackageVersion | null;
  /** True for packages that no rule of the scanner was made or changed with. */
  readonly heldOut: boolean;
  readonly sinks: readonly KnownSink[];
}

/** The labelled packages: facts about published versions, none of their code. */
export function readVulnerablePackages(): readonly VulnerablePackage[] {
  return JSON.parse(
    readFileSync(new URL('../ground-truth/vulnerable-packages.json', import.meta.url), 'utf8'),
  );
}
