import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { InnerProject } from './inner-project.js';

/** A project whose one capability fails where its scenario says so. */
function gatedProject(options: object, calls = 30, failures = 0, scenarioGate = ''): InnerProject {
  return new InnerProject({
    'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      export default defineConfig({ plugins: [realWorld(${JSON.stringify({
        limits: {
          cpuPercentMax: 100,
          memoryPercentMax: 100,
          diskPercentMax: 100,
          consecutiveErrorsMax: 1_000,
        },
        ...options,
      })})] });`,
    'hub.ts': `
      import { defineCapability, defineHub } from 'vitest-realworld';
      class Shop { sell(fails) { if (fails) throw new Error('sold out'); return 1; } idle() {} }
      export default defineHub({ capabilities: { shop: defineCapability({ create: () => new Shop() }) } });`,
    'shop.realworld.ts': `
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('sells', { kind: 'load', ${scenarioGate} }, async ({ hub }) => {
        for (let call = 0; call < ${calls}; call++) { try { hub.shop.sell(call < ${failures}); } catch {} }
      });`,
  });
}

describe('the gate of a session', () => {
  test('is in the report and changes nothing else unless it is set to fail', async () => {
    using inner = gatedProject({}, 30, 20);
    const informative = await inner.run();
    expect(informative.exitCode, informative.output).toBe(0);
    expect(informative.stdout).toContain('failed: 1 of 4 conditions met.');
    expect(informative.stdout).toMatch(/broken: session: success rate: 33\.3% \(95 % interval 19\.2% to/);
    expect(informative.stdout).toMatch(/broken: session: critical issues: 1 \(unreliable in shop\)/);
    const failing = await inner.run([], { REALWORLD_GATE: 'fail' });
    expect(failing.exitCode).toBe(1);
    expect(failing.stdout).toContain('The run fails for it.');
    expect(
      inner.query<{ gate: string }>('SELECT gate FROM test_sessions').map(({ gate }) => JSON.parse(gate)),
    ).toMatchObject([
      { mode: 'report', verdict: 'failed' },
      { mode: 'fail', verdict: 'failed' },
    ]);
  });

  test('passes where every condition is met', async () => {
    using inner = gatedProject({ gate: { mode: 'fail', capabilities: { shop: { p95Ms: 500 } } } });
    const run = await inner.run();
    expect(run.exitCode, run.output).toBe(0);
    expect(run.stdout).toContain('passed: 5 of 5 conditions met.');
  });

  test('is inconclusive, and no pass, where too little or nothing was measured', async () => {
    using few = gatedProject({ gate: 'fail' }, 5);
    const run = await few.run();
    expect(run.exitCode, run.output).toBe(3);
    expect(run.stdout).toMatch(/inconclusive: session: success rate: wanted at least 80\.0%; 5 calls are/);
    using none = gatedProject({ gate: { mode: 'fail', capabilities: { cellar: { errors: 0 } } } });
    const unmeasured = await none.run();
    expect(unmeasured.exitCode).toBe(3);
    expect(unmeasured.stdout).toMatch(
      /inconclusive: capability cellar: failed calls: wanted at most 0; it was/,
    );
  });

  test('holds a scenario to what it asks of itself, and refuses what it cannot', async () => {
    using strict = gatedProject({ gate: 'fail' }, 30, 1, 'gate: { errors: 0 }');
    const run = await strict.run();
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('broken: scenario "sells": failed calls: 1 (30 calls), wanted at most 0');
    using wrong = gatedProject({}, 1, 0, 'gate: { successRate: 95 }');
    expect((await wrong.run()).output).toContain('"successRate" is a share from 0 to 1');
  });

  test('never hides that a test failed, nor that a run could not be measured', async () => {
    using inner = gatedProject({ gate: 'fail' }, 30, 0);
    inner.write({
      'unit.test.ts': "import { expect, test } from 'vitest'; test('fails', () => expect(1).toBe(2));",
    });
    expect((await inner.run()).exitCode).toBe(1);
  });
});

/** A server on the loopback that answers with the statuses given, then with 200. */
async function webhook(
  statuses: number[],
): Promise<{ url: string; received: { headers: IncomingMessage['headers']; body: string }[] }> {
  const received: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/secret-path`, received };
}

describe('alerts', () => {
  test('are posted with the secret until they arrive, and added to a file', async () => {
    const { url, received } = await webhook([503, 429]);
    using inner = gatedProject(
      {
        alerts: {
          file: 'alerts.ndjson',
          webhook: { url, secretVariable: 'HOOK_SECRET', header: 'x-secret' },
        },
      },
      30,
      20,
    );
    const run = await inner.run([], { HOOK_SECRET: 'open sesame' });
    expect(run.exitCode, run.output).toBe(0);
    expect(received).toHaveLength(3);
    expect(received[2]?.headers['x-secret']).toBe('open sesame');
    const message = JSON.parse(received[2]?.body ?? '') as { alerts: unknown[] };
    expect(message).toMatchObject({ verdict: 'failed', sessionId: expect.stringMatching(/^test_/) });
    expect(message.alerts).toContainEqual({
      severity: 'high',
      message: expect.stringContaining('session: success rate: 33.3%'),
    });
    expect(JSON.parse(readFileSync(inner.path('alerts.ndjson'), 'utf8'))).toEqual(message);
    expect(run.output).not.toContain('open sesame');
  });

  test('that cannot be sent are said, without the secret or the path, and the run goes on', async () => {
    const { url, received } = await webhook([400, 200]);
    using refused = gatedProject({ alerts: { webhook: { url } } }, 30, 20);
    const run = await refused.run();
    expect(run.exitCode).toBe(0);
    expect(received).toHaveLength(1);
    expect(run.stdout).toMatch(/the alerts could not be posted: http:\/\/127\.0\.0\.1:\d+ answered 400/);
    expect(run.stdout).not.toContain('secret-path');
    using secretless = gatedProject({ alerts: { webhook: { url, secretVariable: 'HOOK_SECRET' } } }, 30, 20);
    expect((await secretless.run()).stdout).toContain(
      'the environment variable HOOK_SECRET, which holds its secret, is not set',
    );
    expect(received).toHaveLength(1);
  });

  test('are not sent where the gate holds', async () => {
    const { url, received } = await webhook([]);
    using inner = gatedProject({ alerts: { webhook: { url }, file: 'alerts.ndjson' } });
    await inner.run();
    expect(received).toEqual([]);
    expect(inner.exists('alerts.ndjson')).toBe(false);
  });
});
