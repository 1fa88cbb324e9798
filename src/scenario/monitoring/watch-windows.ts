/** One of the equal parts of a watch. */
export interface WatchWindow {
  /** Since the watch began, in milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Ticks that began in it. */
  readonly ticks: number;
  readonly errors: number;
  readonly fileChanges: number;
  /** Null where no tick began. */
  readonly meanTickMs: number | null;
}

const windowCount = 12;

interface WindowSums {
  ticks: number;
  errors: number;
  fileChanges: number;
  totalMs: number;
}

/** Sums over equal parts of a watch, so that it can be seen whether it changes along the way. */
export class WatchWindows {
  readonly #widthMs: number;
  readonly #sums: readonly WindowSums[] = Array.from({ length: windowCount }, () => ({
    ticks: 0,
    errors: 0,
    fileChanges: 0,
    totalMs: 0,
  }));

  constructor(durationMs: number) {
    this.#widthMs = durationMs / windowCount;
  }

  tick(beganMs: number, tookMs: number, failed: boolean): void {
    const sums = this.#at(beganMs);
    sums.ticks++;
    sums.errors += Number(failed);
    sums.totalMs += tookMs;
  }

  fileChanges(atMs: number, count: number, failed: boolean): void {
    const sums = this.#at(atMs);
    sums.fileChanges += count;
    sums.errors += Number(failed);
  }

  /** Those that had begun when the watch ended. @param elapsedMs how long the watch went on */
  until(elapsedMs: number): readonly WatchWindow[] {
    return this.#sums
      .map(({ totalMs, ...sums }, index) => ({
        fromMs: index * this.#widthMs,
        untilMs: (index + 1) * this.#widthMs,
        ...sums,
        meanTickMs: sums.ticks === 0 ? null : totalMs / sums.ticks,
      }))
      .filter(({ fromMs }, index) => index === 0 || fromMs < elapsedMs);
  }

  /** What comes after the time is over belongs to the last one. */
  #at(elapsedMs: number): WindowSums {
    const index = Math.min(windowCount - 1, Math.max(0, Math.floor(elapsedMs / this.#widthMs)));
    return this.#sums[index] as WindowSums;
  }
}
