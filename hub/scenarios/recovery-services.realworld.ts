import { once } from 'node:events';
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { CapabilityError, offlineProvider, Unavailable } from 'vitest-realworld-hub';

/** Shorter than the delay of the slow network, so that its answers come too late. */
const answerTimeoutMs = 150;
const slowByMs = 600;
/** The circuit of an origin that failed stays open for ten seconds. */
const recoverWithinMs = 20_000;
const fullDisk = '/dev/full';

/** Whether a capability refused with one of its own errors, and not by accident. */
function isRefusal(thrown: unknown): boolean {
  return thrown instanceof CapabilityError || thrown instanceof Unavailable;
}

realWorld.scenario(
  'works again after networks and providers failed',
  { kind: 'recovery' },
  async ({ hub, recovery }) => {
    const server = createServer((_request, response) => {
      response.end(JSON.stringify({ answer: 'x'.repeat(2_000) }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const network = await recovery.faultyNetwork((server.address() as AddressInfo).port);
      const url = `http://127.0.0.1:${network.port}/answer`;
      const fetchOnce = () =>
        hub.realtime_internet.fetch(url, { ttl: 0, retry: 0, timeoutMs: answerTimeoutMs });
      for (const fault of [
        { kind: 'refused' },
        { kind: 'slow', delayMs: slowByMs },
        { kind: 'cut_off', afterBytes: 40 },
        { kind: 'stalled' },
      ] as const) {
        await recovery.trial({
          ...network.fault(fault),
          capability: 'realtime_internet',
          attempt: fetchOnce,
          detected: ({ thrown }) => isRefusal(thrown),
          verify: async () => {
            const { ok, text } = await hub.realtime_internet.fetch(url, { ttl: 0, timeoutMs: 5_000 });
            return ok && text?.length === 2_000 + '{"answer":""}'.length;
          },
          recoverWithinMs,
          pollMs: 500,
        });
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }

    let broken = true;
    const providers = [
      offlineProvider('one', { answer: () => 'yes' }),
      offlineProvider('other', {
        answer: () => {
          if (broken) throw new Error('no capacity');
          return 'yes';
        },
      }),
    ];
    await recovery.trial({
      fault: 'provider_failing',
      capability: 'multi_ai',
      inject: () => {},
      attempt: () => hub.multi_ai.ask('Is it so?', providers, { retries: 0 }),
      detected: ({ value }) => value?.answers.some(({ outcome }) => outcome === 'failed') === true,
      restore: () => {
        broken = false;
      },
      verify: async () => {
        const { answers } = await hub.multi_ai.ask('Is it so?', providers, { retries: 0 });
        return hub.multi_ai.consensus(answers).supporters.length === 2;
      },
    });
    const { trials, detected, recovered } = recovery.summarize();
    expect({ trials, detected, recovered }).toEqual({ trials: 5, detected: 5, recovered: 5 });
  },
);

realWorld.scenario(
  'works again after the disk was full and permissions were lost',
  { kind: 'recovery' },
  async ({ hub, recovery, record, scratchDirectory, stateDirectory, skip }) => {
    if (!existsSync(fullDisk)) skip(`This system has no ${fullDisk}, which stands for a disk that is full.`);
    // A file on which every write fails as on a full disk, in the place where notifications go.
    const notifications = join(stateDirectory, 'notifications.jsonl');
    let sent = 0;
    const notify = () =>
      hub.smart_notifier.notify({
        key: `disk ${sent++}`,
        title: 'Something happened',
        urgency: 'urgent',
        source: 'recovery suite',
      });
    await recovery.trial({
      fault: 'disk_full',
      capability: 'smart_notifier',
      inject: () => {
        rmSync(notifications, { force: true });
        symlinkSync(fullDisk, notifications);
      },
      attempt: notify,
      detected: ({ thrown, value }) =>
        isRefusal(thrown) ||
        (value !== undefined &&
          'deliveries' in value &&
          value.deliveries.some(({ delivered }) => !delivered)),
      restore: () => rmSync(notifications),
      verify: async () => {
        const told = await notify();
        return told.outcome === 'sent' && told.deliveries.every(({ delivered }) => delivered);
      },
    });
    // What could not be delivered is not lost: it waits for the next digest.
    expect(hub.smart_notifier.digest().items.map(({ key }) => key)).toContain('disk 0');

    if (process.getuid?.() === 0) {
      record.issue({
        capability: 'code_search',
        severity: 'info',
        issueType: 'insufficient_data',
        description: 'The fault "permission_lost" was not tried: the superuser may read what nobody may.',
        suggestedFix: 'Run the suites as another user.',
      });
    } else {
      const source = join(scratchDirectory, 'greet.js');
      writeFileSync(source, 'export function greet(name) {\n  return name;\n}\n');
      await recovery.trial({
        ...recovery.faults.permissionLost(source),
        capability: 'code_search',
        attempt: () => hub.code_search.index(scratchDirectory),
        detected: ({ thrown, value }) =>
          isRefusal(thrown) || value?.skipped.some(({ path }) => path === 'greet.js') === true,
        recover: async () => {
          await hub.code_search.update(['greet.js']);
        },
        verify: () => hub.code_search.search('greet')[0]?.name === 'greet',
      });
    }
    const { trials, detected, recovered } = recovery.summarize();
    expect({ detected, recovered }).toEqual({ detected: trials, recovered: trials });
  },
);
