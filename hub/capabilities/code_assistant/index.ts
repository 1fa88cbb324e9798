export type {
  AssistantCapabilities,
  LearntWarning,
  RecalledMemory,
  SecurityFinding,
  SimilarCode,
  Sourced,
} from './assistant-parts.js';
export { type Assistance, type AssistOptions, CodeAssistant, type PartAnswer } from './code-assistant.js';
