import { defineCapability, defineHub } from 'vitest-realworld';
import { Orders } from './orders.js';
import { Warehouse } from './warehouse.js';

const hub = defineHub({
  capabilities: {
    warehouse: defineCapability({ create: () => new Warehouse() }),
    // Calls of the warehouse by way of `orders` are recorded with the call of `orders` as their parent.
    orders: defineCapability({
      create: ({ capability }) => new Orders(capability<Warehouse>('warehouse')),
    }),
  },
});

export default hub;

declare module 'vitest-realworld' {
  interface Register {
    hub: typeof hub;
  }
}
