export type {
  ChannelOptions,
  FileChannelOptions,
  SmtpChannelOptions,
  WebhookChannelOptions,
} from './channels.js';
export type {
  Delivery,
  Digest,
  DigestItem,
  Flushed,
  NotificationChannel,
  NotificationToSend,
  Notified,
  NotifierStatus,
  OutgoingMessage,
  QuietHours,
  RateLimit,
  Urgency,
} from './notifier-types.js';
export { SmartNotifier, type SmartNotifierOptions } from './smart-notifier.js';
