import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RecoveryEngine } from '../../src/scenario/recovery.js';
import { engineRig } from '../support/engine-rig.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function recoveryRig() {
  const rig = engineRig();
  const engine = new RecoveryEngine(rig.context);
  onTestFinished(() => engine.close());
  return { ...rig, engine };
}

/** Tries a fault of one file on a system that reads it, and gives what the system saw meanwhile. */
async function tryFile(kind: 'fileVanished' | 'fileCorrupt' | 'fileTruncated') {
  const { engine } = recoveryRig();
  const path = join(temporaryDirectory(), 'orders.json');
  const text = JSON.stringify({ orders: ['a', 'b', 'c'] });
  writeFileSync(path, text);
  let seen: Buffer | null = null;
  const result = await engine.trial({
    ...engine.faults[kind](path),
    attempt: () => {
      seen = existsSync(path) ? readFileSync(path) : null;
      return JSON.parse(String(seen)) as { orders?: unknown } | null;
    },
    detected: ({ thrown, value }) => thrown !== undefined || value?.orders === undefined,
    verify: () => readFileSync(path, 'utf8') === text,
  });
  return { result, seen: seen as Buffer | null, text };
}

describe('a ready-made fault of a file', () => {
  test('takes it away and puts it back', async () => {
    const { result, seen } = await tryFile('fileVanished');
    expect(seen).toBeNull();
    expect(result).toMatchObject({ fault: 'file_vanished', detected: true, recovered: true });
  });

  test('fills it with other bytes of the same number, drawn by the seed', async () => {
    const [first, again] = [await tryFile('fileCorrupt'), await tryFile('fileCorrupt')];
    expect(first.seen?.length).toBe(first.text.length);
    expect(first.seen?.toString()).not.toBe(first.text);
    expect(first.seen).toEqual(again.seen);
    expect(first.result).toMatchObject({ detected: true, recovered: true });
  });

  test('ends it in the middle', async () => {
    const { result, seen, text } = await tryFile('fileTruncated');
    expect(seen?.toString()).toBe(text.slice(0, text.length >> 1));
    expect(result).toMatchObject({ detected: true, recovered: true });
  });

  test('of permissions bites, or says that it cannot', async () => {
    const { engine } = recoveryRig();
    const path = join(temporaryDirectory(), 'orders.json');
    writeFileSync(path, '{}');
    const { inject, restore } = engine.faults.permissionLost(path);
    if (process.getuid?.() === 0) expect(inject).toThrow('The superuser may read what nobody may');
    else {
      await inject();
      expect(() => readFileSync(path)).toThrow('EACCES');
    }
    await restore();
    await restore();
    expect(statSync(path).mode & 0o400).not.toBe(0);
  });
});

describe('a network that can be broken', () => {
  async function serviceBehindNetwork() {
    const rig = recoveryRig();
    const service = createServer((_request, response) => response.end('x'.repeat(20_000)));
    await new Promise<void>((ready) => service.listen(0, '127.0.0.1', ready));
    onTestFinished(() => void service.close());
    const network = await rig.engine.faultyNetwork((service.address() as AddressInfo).port);
    const ask = async (timeoutMs = 5_000): Promise<number> => {
      const answer = await fetch(`http://127.0.0.1:${network.port}/`, {
        signal: AbortSignal.timeout(timeoutMs),
      });
      return (await answer.text()).length;
    };
    return { ...rig, network, ask };
  }

  test.each([
    [{ kind: 'refused' }, 5_000],
    [{ kind: 'cut_off', afterBytes: 1_000 }, 5_000],
    [{ kind: 'stalled' }, 300],
  ] as const)('is seen by its client as broken, and whole again after: %o', async (fault, timeoutMs) => {
    const { engine, network, ask } = await serviceBehindNetwork();
    expect(await ask()).toBe(20_000);
    const result = await engine.trial({
      ...network.fault(fault),
      attempt: () => ask(timeoutMs),
      detected: ({ thrown, value }) => thrown !== undefined || value !== 20_000,
      verify: async () => (await ask()) === 20_000,
    });
    expect(result).toMatchObject({ fault: `network_${fault.kind}`, detected: true, recovered: true });
  });

  test('is slow by as much as asked', async () => {
    const { network, ask } = await serviceBehindNetwork();
    const slow = network.fault({ kind: 'slow', delayMs: 60 });
    await slow.inject();
    const startedMs = performance.now();
    expect(await ask()).toBe(20_000);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(59);
    await slow.restore();
  });
});
