export type {
  AnswerOrigin,
  CircuitStatus,
  DocumentLink,
  ExtractedDocument,
  FetchOptions,
  InternetAnswer,
  PackageInfo,
} from './internet-types.js';
export { RealtimeInternet, type RealtimeInternetOptions } from './realtime-internet.js';
