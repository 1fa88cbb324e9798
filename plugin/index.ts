export type { RealWorldOptions } from '../src/options.js';
export { realWorld } from './real-world-plugin.js';
