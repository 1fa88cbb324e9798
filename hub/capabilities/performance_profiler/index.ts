export type { FunctionChange, ProfileComparison } from './compare-profiles.js';
export { PerformanceProfiler, type Profiled, type ProfileOptions } from './performance-profiler.js';
export type { HotFunction, Profile } from './read-profile.js';
