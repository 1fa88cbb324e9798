export { type FramesOptions, VideoProcessor, type VideoProcessorOptions } from './video-processor.js';
export type {
  AudioTrack,
  SceneCut,
  SceneCuts,
  VideoFrame,
  VideoFrames,
  VideoMetadata,
  VideoTrack,
} from './video-types.js';
