/** A file that a part left out, with the reason. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
  readonly detail?: string;
}

/** What the analyzer needs of code_search. */
export interface CodeSearchLike {
  index(root: string): Promise<CodeIndex>;
}

export interface CodeIndex {
  readonly files: number;
  readonly chunks: number;
  readonly durationMs: number;
  readonly skipped: readonly LeftOut[];
}

/** What the analyzer needs of security_scanner. */
export interface SecurityScannerLike {
  scanFiles(root: string): Promise<SecurityScan>;
}

export interface SecurityScan {
  readonly files: number;
  readonly findings: readonly ScannedWeakness[];
  readonly skipped: readonly LeftOut[];
  readonly durationMs: number;
}

export interface ScannedWeakness {
  readonly rule: string;
  readonly cwe: string;
  readonly severity: 'critical' | 'high' | 'medium' | 'low';
  readonly message: string;
  readonly path: string;
  readonly line: number;
}

/** What the analyzer needs of git_intelligence. Paths are relative to the root that was asked for. */
export interface GitIntelligenceLike {
  hotspots(root: string, options: { readonly limit: number }): Promise<readonly Hotspot[]>;
}

export interface Hotspot {
  readonly path: string;
  readonly commits: number;
  /** Lines added and removed. */
  readonly churnLines: number;
}

/** What the analyzer needs of resource_monitor. */
export interface ResourceMonitorLike {
  sample(): Promise<MachineSample>;
  isConstrained(): Promise<{
    readonly constrained: boolean;
    readonly reasons: readonly {
      readonly resource: string;
      readonly percent: number;
      readonly thresholdPercent: number;
    }[];
  }>;
}

export interface MachineSample {
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly diskPercent: number;
}

/** The capabilities by part. One that is not given is shown as unavailable. */
export interface WorkspaceCapabilities {
  readonly code_search?: CodeSearchLike;
  readonly security_scanner?: SecurityScannerLike;
  readonly git_intelligence?: GitIntelligenceLike;
  readonly resource_monitor?: ResourceMonitorLike;
}

/** What each part yields when it succeeds. A new part is added here, in the table of parts, and in its insights. */
export interface PartValues {
  readonly code_search: CodeIndex;
  readonly security_scanner: SecurityScan;
  readonly git_intelligence: readonly Hotspot[];
  readonly resource_monitor: {
    readonly sample: MachineSample;
    readonly constraint: Awaited<ReturnType<ResourceMonitorLike['isConstrained']>>;
  };
}

export type PartName = keyof PartValues;

/** What became of one capability. */
export type Part<Value> =
  | { readonly outcome: 'succeeded'; readonly value: Value; readonly durationMs: number }
  | {
      readonly outcome: 'failed';
      readonly error: { readonly name: string; readonly code?: string; readonly message: string };
      readonly durationMs: number;
    }
  | { readonly outcome: 'unavailable'; readonly reason: string };

export type WorkspaceParts = { readonly [Name in PartName]: Part<PartValues[Name]> };

export interface LanguageShare {
  readonly language: string;
  readonly files: number;
  readonly lines: number;
}

export interface SourceSize {
  readonly path: string;
  readonly lines: number;
}

export interface Insight {
  /** The part it comes from, both for one that joins two, or `workspace` for the walk itself. */
  readonly source: PartName | 'workspace' | 'git_intelligence+security_scanner';
  readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'info';
  readonly text: string;
  readonly path?: string;
}

export interface WorkspaceAnalysis {
  readonly root: string;
  /** Number of source files; what the walk left out is in `skipped`. */
  readonly files: number;
  readonly skipped: readonly LeftOut[];
  /** By number of lines, most first. */
  readonly languages: readonly LanguageShare[];
  readonly linesTotal: number;
  readonly parts: WorkspaceParts;
  /** Most severe first. */
  readonly insights: readonly Insight[];
  readonly durationMs: number;
}
