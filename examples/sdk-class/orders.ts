import type { Warehouse } from './warehouse.js';

export interface Order {
  readonly id: string;
  readonly item: string;
  readonly quantity: number;
}

/** Stands on the warehouse: what it ships, it takes from there. */
export class Orders {
  readonly #warehouse: Warehouse;
  readonly #shipped: string[] = [];

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  async ship({ id, item, quantity }: Order): Promise<string> {
    await this.#warehouse.take(item, quantity);
    this.#shipped.push(id);
    return id;
  }

  shipped(): readonly string[] {
    return [...this.#shipped];
  }
}
