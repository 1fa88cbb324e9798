export type { ApiChange, ApiDifference } from './compare-apis.js';
export {
  type DocCoverage,
  DocGenerator,
  type DocOptions,
  type GeneratedDocs,
} from './doc-generator.js';
export type { ApiSnapshot, ApiSymbol } from './read-api.js';
