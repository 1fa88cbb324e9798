// Fake timers of a test take the place of the global ones later.
const { setInterval, clearInterval } = globalThis;

/** How often the event loop is expected to turn: what keeps it longer is known to this precision. */
export const beatMs = 20;
/** Shorter ones keep nobody waiting. */
const stallMinMs = 50;
/** The calls that are asked about have just ended: older stalls are no part of them, but of a few long ones. */
const stallsMax = 256;

interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Knows when the event loop of this process did not turn, by a timer that cannot fire meanwhile. The timer is there while somebody
 * watches, and keeps no process alive.
 */
export class LoopWatch {
  readonly #nowMs: () => number;
  readonly #stalls: Stall[] = [];
  #timer: NodeJS.Timeout | null = null;
  #watching = 0;
  #beatAtMs: number;

  /** @param nowMs the monotonic time of the calls that are asked about, in milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#beatAtMs = nowMs();
  }

  /** Each start needs a stop. */
  start(): void {
    this.#watching++;
    if (this.#timer !== null) return;
    this.#beatAtMs = this.#nowMs();
    this.#timer = setInterval(() => this.#beat(), beatMs).unref();
  }

  stop(): void {
    this.#watching--;
    if (this.#watching > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The longest time within a stretch that ends now in which the loop did not turn, in whole milliseconds; 0 below 50. */
  longestStallMs(fromMs: number, nowMs: number): number {
    if (nowMs - fromMs < stallMinMs) return 0;
    let longestMs = nowMs - Math.max(this.#beatAtMs, fromMs);
    for (const stall of this.#stalls) {
      longestMs = Math.max(longestMs, Math.min(stall.toMs, nowMs) - Math.max(stall.fromMs, fromMs));
    }
    return longestMs < stallMinMs ? 0 : Math.round(longestMs);
  }

  #beat(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#beatAtMs >= stallMinMs) {
      this.#stalls.push({ fromMs: this.#beatAtMs, toMs: nowMs });
      if (this.#stalls.length > stallsMax) this.#stalls.shift();
    }
    this.#beatAtMs = nowMs;
  }
}
