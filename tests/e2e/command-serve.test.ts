import { expect, test } from 'vitest';
import { builtCommand } from '../support/built-command.js';
import { SessionsOfRuns } from '../support/sessions-of-runs.js';
import { InnerProject, smallProject, waitFor } from './inner-project.js';

const token = 'a-token-of-some-length';

test('serve shows the sessions of a real run on this machine, and refuses what would show them to others', async () => {
  using project = new InnerProject(smallProject);
  expect((await project.run()).exitCode).toBe(0);
  const server = project.startCommand([
    'serve',
    '--port',
    '0',
    '--host',
    '127.0.0.1',
    '--db',
    '.realworld/realworld_testing.db',
  ]);
  let said = '';
  server.child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await waitFor('an address', () => /http:\/\/127\.0\.0\.1:\d+\//.test(said));
  const [address = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
  const answer = await fetch(address);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await answer.text()).toContain('test_');
  server.child.kill('SIGTERM');
  expect((await server.ended).exitCode).toBe(0);
});

test('serve ends with 2 where it would be open to other machines without a token, or its port is none', async () => {
  const { directory } = new SessionsOfRuns();
  for (const words of [
    ['--host', '0.0.0.0', '--allow-remote'],
    ['--host', '0.0.0.0', '--token', token],
    ['--port', '70000'],
    ['--db', 'none.db'],
  ]) {
    const end = await builtCommand(directory, 'serve', ...words);
    expect([words, end.exitCode, end.output]).toEqual([words, 2, '']);
  }
});
