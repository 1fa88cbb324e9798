export { default, type ReporterSettings } from './real-world-reporter.js';
