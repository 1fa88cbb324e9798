import type { Clock } from '../../src/clock.js';

/** Stands still until it is told to go on. */
export class FakeClock implements Clock {
  nowMs = 1_000;
  readonly originMs = Date.UTC(2026, 1, 3, 12, 15);

  advance(ms: number): void {
    this.nowMs += ms;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  epochMs(): number {
    return this.originMs + this.nowMs;
  }
}
