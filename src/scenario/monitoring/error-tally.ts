import { messageOf } from '../../errors.js';

export interface ErrorGroup {
  /** Name of the schedule, or `files`. */
  readonly name: string;
  readonly message: string;
  readonly count: number;
}

export interface Attempts {
  readonly attempts: number;
  readonly errors: number;
  /** Errors after which the very next attempt succeeded. */
  readonly recovered: number;
}

/** So many different messages are kept; the rest are counted under one. */
const groupsMax = 20;

/** Counts what fails in a watch and whether the next attempt succeeds, or throws it on. */
export class ErrorTally {
  readonly #mode: 'throw' | 'record';
  readonly #attempts = new Map<
    string,
    { attempts: number; errors: number; recovered: number; failing: boolean }
  >();
  readonly #groups = new Map<string, { name: string; message: string; count: number }>();

  constructor(mode: 'throw' | 'record') {
    this.#mode = mode;
  }

  get groups(): readonly ErrorGroup[] {
    return [...this.#groups.values()];
  }

  of(name: string): Attempts {
    const { attempts = 0, errors = 0, recovered = 0 } = this.#attempts.get(name) ?? {};
    return { attempts, errors, recovered };
  }

  get total(): Attempts {
    const sum = { attempts: 0, errors: 0, recovered: 0 };
    for (const { attempts, errors, recovered } of this.#attempts.values()) {
      sum.attempts += attempts;
      sum.errors += errors;
      sum.recovered += recovered;
    }
    return sum;
  }

  /** What the work gives, or null where it failed and failures are counted. */
  async attempt(name: string, work: () => unknown): Promise<{ readonly value: unknown } | null> {
    const known = this.#attempts.get(name) ?? { attempts: 0, errors: 0, recovered: 0, failing: false };
    this.#attempts.set(name, known);
    known.attempts++;
    try {
      const value = await work();
      if (known.failing) known.recovered++;
      known.failing = false;
      return { value };
    } catch (thrown) {
      known.errors++;
      known.failing = true;
      this.#group(name, messageOf(thrown));
      if (this.#mode === 'throw') throw thrown;
      return null;
    }
  }

  #group(name: string, message: string): void {
    const bounded = message.slice(0, 300);
    const said =
      this.#groups.size < groupsMax || this.#groups.has(`${name}\n${bounded}`) ? bounded : 'other errors';
    const key = `${name}\n${said}`;
    const group = this.#groups.get(key) ?? { name, message: said, count: 0 };
    group.count++;
    this.#groups.set(key, group);
  }
}
