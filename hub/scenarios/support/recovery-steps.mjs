/**
 * Steps that each write one row to a ledger, exactly once, in the transaction of their checkpoint.
 *
 * @param {number} count
 * @param {(number: number) => void} inside called in the middle of each step, after its effect was planned
 */
export function createSteps(count, inside = () => {}) {
  return Array.from({ length: count }, (_, number) => ({
    name: `step ${number}`,
    run(context) {
      context.once(`ledger ${number}`, (database) => {
        database.exec(
          'CREATE TABLE IF NOT EXISTS scenario_ledger (run TEXT NOT NULL, step INTEGER NOT NULL)',
        );
        database.prepare('INSERT INTO scenario_ledger VALUES (?, ?)').run(context.id, number);
      });
      inside(number);
      return number;
    },
  }));
}
