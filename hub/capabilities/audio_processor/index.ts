export { AudioProcessor, type AudioProcessorOptions, type FeatureOptions } from './audio-processor.js';
export type { AudioFeatures, AudioMetadata, AudioSegment, FrameFeatures, PcmAudio } from './audio-types.js';
export type { SegmentOptions } from './find-segments.js';
