export const bytesPerMebibyte = 1024 * 1024;
export const msPerSecond = 1_000;
export const msPerMinute = 60_000;

/** Bytes as mebibytes (the customer's `*_mb` columns count 1024 * 1024 bytes), rounded to a thousandth. */
export function toMebibytes(bytes: number): number {
  return Math.round((bytes / bytesPerMebibyte) * 1_000) / 1_000;
}

/** Bytes as whole kibibytes. */
export function toKibibytes(bytes: number): number {
  return Math.round(bytes / 1_024);
}

/** A duration for people: `0.42ms`, `245ms`, `2.1s`, `3m 20s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1) return `${durationMs.toFixed(2)}ms`;
  if (durationMs < 10) return `${durationMs.toFixed(1)}ms`;
  // The borders lie where rounding would reach the next unit: 999.6 ms is one second.
  if (durationMs < 999.5) return `${Math.round(durationMs)}ms`;
  if (durationMs < msPerMinute - 50) return `${(durationMs / msPerSecond).toFixed(1)}s`;
  const seconds = Math.round(durationMs / msPerSecond);
  return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}

/** A size for people, in binary multiples: `512 B`, `1.5 KB`, `230 MB`. */
export function formatBytes(bytes: number): string {
  const magnitude = Math.abs(bytes);
  if (magnitude < 1_024) return `${Math.round(bytes)} B`;
  if (magnitude < bytesPerMebibyte) return `${(bytes / 1_024).toFixed(1)} KB`;
  const mebibytes = bytes / bytesPerMebibyte;
  return magnitude < bytesPerMebibyte * 1_024
    ? `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MB`
    : `${(mebibytes / 1_024).toFixed(1)} GB`;
}

/** A share between 0 and 1 as a percentage with one decimal: `92.9%`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
