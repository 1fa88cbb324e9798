import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';

const orders = Array.from({ length: 30 }, (_, index) => ({
  id: `order-${index}`,
  item: index % 2 === 0 ? 'bolt' : 'nut',
  quantity: 1,
}));

realWorld.scenario(
  'ships every order once, in whatever order they come',
  { kind: 'integration' },
  async ({ hub, integration }) => {
    hub.warehouse.put('bolt', 100);
    hub.warehouse.put('nut', 100);
    const { results } = await integration.interleave(orders.map((order) => () => hub.orders.ship(order)));
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);

    const arrival = integration.checkArrival(
      'orders to shipments',
      orders.map(({ id }) => id),
      hub.orders.shipped(),
    );
    expect(arrival.whole).toBe(true);
    expect(hub.warehouse.stockOf('bolt') + hub.warehouse.stockOf('nut')).toBe(200 - orders.length);

    await integration.measureOverhead('shipping', [() => hub.warehouse.take('bolt', 1)], () =>
      hub.orders.ship({ id: 'one more', item: 'bolt', quantity: 1 }),
    );
  },
);
