export {
  AutoDebugger,
  type FixVerdict,
  type Localisation,
  type LocaliseOptions,
  type VerifyFixOptions,
} from './auto-debugger.js';
export type { DebugTest, TestOutcome } from './covered-tests.js';
export type { ErrorFrame, OriginalPosition, ParsedError } from './parse-error.js';
export { ochiai, type SuspectFunction } from './rank-functions.js';
