import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';

realWorld.scenario('moves stock for eight users at once', { kind: 'load' }, async ({ hub, load, record }) => {
  hub.warehouse.put('bolt', 1_000);
  const result = await load.closed({
    name: 'take',
    users: 8,
    iterations: 400,
    iterate: (iteration) =>
      iteration % 4 === 0 ? hub.warehouse.put('bolt', 2) : hub.warehouse.take('bolt', 1),
  });
  expect(result.failures).toEqual([]);
  expect(hub.warehouse.stockOf('bolt')).toBe(1_000 + 100 * 2 - 300);

  // A generator is one activity, from the call to its last item.
  const movements = [...hub.warehouse.movements()];
  record.metric('movements', movements.length, 'count', { capability: 'warehouse' });
  expect(movements).toHaveLength(401);
});
