export { DependencyManager, type DependencyManagerOptions } from './dependency-manager.js';
export type {
  Advisory,
  ConflictReport,
  DependencyConflict,
  DependencyGroup,
  DuplicatedPackage,
  OutdatedDependency,
  OutdatedReport,
  PlaceInFile,
  Severity,
  SkippedDependency,
  TreeKind,
  UnusedDependency,
  UnusedReport,
  VulnerabilityReport,
  VulnerableDependency,
} from './dependency-types.js';
