export type { SecurityAccuracy, SecurityCase, SinkVerdict } from './accuracy.js';
export type { EngineState } from './engines.js';
export type { EngineName, Finding, RuleDescription, Severity } from './finding.js';
export {
  type ScanResult,
  SecurityScanner,
  type SecurityScannerOptions,
  type TreeScanResult,
  type UnscannedFile,
} from './security-scanner.js';
