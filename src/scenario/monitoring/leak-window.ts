import { judgeLeak, type LeakSample, type LeakVerdict } from '../../analysis/leak/judge-leak.js';
import { MemorySampler } from '../leak-watch.js';
import type { LeakSampling } from './watch-options.js';

const samplesDefault = 40;

/** Samples the memory along a watch, against the calls made so far. */
export class LeakWindow {
  readonly intervalMs: number;
  readonly #sampler = new MemorySampler();
  readonly #bytesPerCallMin: number | undefined;
  readonly #counter: () => number;
  readonly #samples: LeakSample[] = [];

  constructor(sampling: LeakSampling, durationMs: number, countCalls: () => number) {
    const { samples = samplesDefault, samplesEveryMs = durationMs / samples } = sampling;
    this.intervalMs = samplesEveryMs;
    this.#bytesPerCallMin = sampling.bytesPerCallMin;
    this.#counter = sampling.counter ?? countCalls;
  }

  /** Calls at the last sample. */
  get calls(): number {
    return this.#samples.at(-1)?.calls ?? 0;
  }

  async sample(): Promise<void> {
    const calls = this.#counter();
    // Without a call in between, another sample tells nothing of what a call keeps.
    if (calls <= this.calls) return;
    this.#samples.push(await this.#sampler.take(calls));
  }

  verdict(): LeakVerdict {
    return judgeLeak(this.#samples, {
      collected: this.#sampler.collects,
      ...(this.#bytesPerCallMin === undefined ? {} : { bytesPerCallMin: this.#bytesPerCallMin }),
    });
  }
}
