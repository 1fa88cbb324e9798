export interface VideoTrack {
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  readonly frames: number | null;
  readonly durationMs: number | null;
  readonly bitrateBps: number | null;
}

export interface AudioTrack {
  readonly codec: string | null;
  readonly channels: number | null;
  readonly sampleRateHz: number | null;
  readonly durationMs: number | null;
  readonly bitrateBps: number | null;
}

/** What a media file says about itself; null where it does not. */
export interface VideoMetadata {
  readonly container: string;
  readonly durationMs: number | null;
  readonly bitrateBps: number | null;
  readonly video: readonly VideoTrack[];
  readonly audio: readonly AudioTrack[];
  /** Number of subtitle and caption tracks. */
  readonly texts: number;
  readonly sizeBytes: number;
  /** Absolute path of the file. */
  readonly source: string;
}

export interface SceneCut {
  /** Time of the first frame of the new scene, in seconds. */
  readonly timeS: number;
  /** How much the frame differs from the one before, 0 to 1, as ffmpeg scores it. */
  readonly score: number;
}

export interface SceneCuts {
  readonly cuts: readonly SceneCut[];
  readonly threshold: number;
  readonly durationMs: number;
  /** Absolute path of the file. */
  readonly source: string;
}

export interface VideoFrame {
  /** The time that was asked for, in seconds. */
  readonly timeS: number;
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
  /** Where it was written, when a folder was given. */
  readonly path?: string;
  /** Absolute path of the video. */
  readonly source: string;
}

export interface VideoFrames {
  readonly frames: readonly VideoFrame[];
  /** Times at which the video has no frame. */
  readonly missing: readonly { readonly timeS: number; readonly reason: string }[];
}
