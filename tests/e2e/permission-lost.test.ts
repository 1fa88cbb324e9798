import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Codebase } from './codebase.js';
import { InnerProject } from './inner-project.js';
import { unprivileged } from './unprivileged.js';

test('a user to whom permissions apply sees that the hub bears the loss of one', async ({ skip }) => {
  const user = unprivileged();
  if (user === null) return skip('This user may read everything, and nobody cannot be run as here.');
  using project = new InnerProject({});
  const codebase = new Codebase('shop', { 'src/check.js': 'export const check = 1;\n' });
  chmodSync(codebase.path('..'), 0o755);
  const words = ['run', 'scenarios/recovery-services.', '--project', codebase.root, '--duration', '0.05'];
  const run = await project.runCommand(
    [...words, '--scenario', 'permissions were lost'],
    {},
    user === 'self' ? undefined : user,
  );
  expect(run.exitCode, run.output).toBe(0);
  const recovered = project.query<{ value: number }>(
    "SELECT value FROM performance_metrics WHERE metric_type = 'recovered' AND context LIKE '%permission_lost%'",
  );
  expect(recovered).toEqual([{ value: 1 }]);
});
