import type { QueryOptimizer } from '../../capabilities/query_optimizer/index.js';
import type { CapabilityWorkload } from './capability-workload.js';

const rows = 6_000;
const schema = `
  CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL, folder INTEGER NOT NULL, bytes INTEGER NOT NULL);
  WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < ${rows})
  INSERT INTO files SELECT n, 'src/file-' || n, n % 500, n * 7 % 1000 FROM counter;
`;
const sql = 'SELECT path FROM files WHERE folder = ? ORDER BY bytes';

/** Explains a query that reads a whole table and asks for the index that spares it. */
export const queryOptimizerWorkload: CapabilityWorkload = {
  capability: 'query_optimizer',
  paceMs: 10_000,
  weight: 'heavy',
  prepare({ hub }) {
    const optimizer: QueryOptimizer = hub.query_optimizer;
    return {
      async round(number) {
        const { findings } = await optimizer.explain(sql, { schema });
        const kinds = findings.map(({ kind }) => kind).sort();
        if (kinds.join() !== 'full-scan,temp-b-tree' || !findings.some((one) => one.rows === rows)) {
          throw new Error(`a scan and a sort were taken for ${JSON.stringify(findings)}`);
        }
        const workload = [{ sql, parameters: [number % 500] }];
        const { advice } = await optimizer.adviseIndexes(workload, { schema }, { rounds: 7 });
        const [best] = advice;
        if (best === undefined || best.columns[0] !== 'folder' || best.after.value >= best.before.value) {
          throw new Error(`no index of the folder was advised: ${JSON.stringify(advice)}`);
        }
      },
    };
  },
};
