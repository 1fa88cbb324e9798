export {
  ResourceMonitor,
  type ResourceMonitorOptions,
  type ResourceSample,
  type WatchedSample,
  type WatchOptions,
} from './resource-monitor.js';
export type { BreachReason, ResourceName, ResourceThresholds } from './thresholds.js';
