export interface Movement {
  readonly item: string;
  /** Negative for what went out. */
  readonly quantity: number;
}

/** A small SDK: a class with private state, and methods that answer at once, later, or item by item. */
export class Warehouse {
  readonly #stock = new Map<string, number>();
  readonly #movements: Movement[] = [];

  put(item: string, quantity: number): number {
    if (!Number.isInteger(quantity) || quantity < 1) {
      throw new RangeError(`Cannot put ${quantity} of "${item}".`);
    }
    return this.#move(item, quantity);
  }

  stockOf(item: string): number {
    return this.#stock.get(item) ?? 0;
  }

  /** Takes items out, or refuses when there are too few. */
  async take(item: string, quantity: number): Promise<number> {
    await new Promise((settle) => setImmediate(settle));
    const left = this.stockOf(item);
    if (left < quantity) throw new Error(`Only ${left} of "${item}" are left.`);
    return this.#move(item, -quantity);
  }

  /** Every movement so far, the first one first. */
  *movements(): Generator<Movement, void, undefined> {
    yield* this.#movements;
  }

  #move(item: string, quantity: number): number {
    this.#movements.push({ item, quantity });
    const left = this.stockOf(item) + quantity;
    this.#stock.set(item, left);
    return left;
  }
}
