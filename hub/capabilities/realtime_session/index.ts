export { type JoinOptions, RealtimeSession, type RealtimeSessionOptions } from './realtime-session.js';
export {
  type PartitionOptions,
  type PartitionRehearsal,
  rehearsePartitions,
  type ScheduleOutcome,
} from './rehearse-partitions.js';
export type { SessionClient } from './session-client.js';
export type {
  JsonValue,
  Presence,
  PresenceState,
  SessionEdit,
  SessionSnapshot,
  SessionStats,
  SettleResult,
} from './session-types.js';
