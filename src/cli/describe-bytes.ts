const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** A size for people: `290.5 MB`; a kilobyte has 1024 bytes. */
export function describeBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
