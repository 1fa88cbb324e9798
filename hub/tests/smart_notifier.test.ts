import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type NotificationChannel,
  type OutgoingMessage,
  SmartNotifier,
  type SmartNotifierOptions,
} from '../capabilities/smart_notifier/index.js';
import { smartNotifierWorkload } from '../scenarios/workloads/smart_notifier.js';
import { serveLocally } from './support/local-server.js';
import { serveMail } from './support/mail-server.js';
import { prepareWith } from './support/prepare-workload.js';

const childScript = fileURLToPath(new URL('fixtures/smart-notifier-child.mjs', import.meta.url));
const noon = Date.parse('2026-03-02T12:00:00Z');

let stateDirectory: string;
let nowMs: number;
let taken: OutgoingMessage[];
let isDown: boolean;
const opened: SmartNotifier[] = [];

/** A channel that keeps what it is given, and takes nothing while it is down. */
const collecting: NotificationChannel = {
  name: 'collecting',
  send: async (message) => {
    if (isDown) throw new Error('is down');
    taken.push(message);
    return undefined;
  },
};

function open(options: Partial<SmartNotifierOptions> = {}): SmartNotifier {
  const notifier = new SmartNotifier({
    stateDirectory,
    channels: [collecting],
    now: () => nowMs,
    ...options,
  });
  opened.push(notifier);
  return notifier;
}

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'smart-notifier-'));
  nowMs = noon;
  taken = [];
  isDown = false;
});

afterEach(() => {
  for (const notifier of opened.splice(0)) notifier.dispose();
  rmSync(stateDirectory, { recursive: true, force: true });
});

describe('a notification', () => {
  it('is sent once within its window, and the next says how many it stands for', async () => {
    const notifier = open({ windowMs: 60_000 });
    const first = await notifier.notify({ key: 'a', title: 'A', source: 'run 7' });
    expect(first).toMatchObject({ outcome: 'sent', source: 'run 7', suppressed: 0 });
    nowMs += 59_999;
    expect(await notifier.notify({ key: 'a', title: 'A' })).toMatchObject({
      outcome: 'deduped',
      into: first.id,
    });
    expect(await notifier.notify({ key: 'b', title: 'B' })).toMatchObject({ outcome: 'sent' });
    nowMs += 1;
    expect(await notifier.notify({ key: 'a', title: 'A' })).toMatchObject({ outcome: 'sent', suppressed: 1 });
    expect(taken.map(({ title }) => title)).toEqual(['A', 'B', 'A']);
  });

  it('waits for the digest when it is of low urgency, quiet, or beyond the rate', async () => {
    const quietHours = { from: '22:00', to: '07:00', timeZone: 'Asia/Tokyo' };
    const notifier = open({ quietHours, rateLimit: { count: 1, windowMs: 1_000 } });
    nowMs = Date.parse('2026-03-02T13:00:00Z');
    expect(await notifier.notify({ key: 'night', title: 'N' })).toMatchObject({ reason: 'quiet hours' });
    expect(await notifier.notify({ key: 'alarm', title: 'U', urgency: 'urgent' })).toMatchObject({
      outcome: 'sent',
    });
    nowMs = Date.parse('2026-03-02T22:00:00Z');
    expect(await notifier.notify({ key: 'low', title: 'L', urgency: 'low' })).toMatchObject({
      reason: 'low urgency',
    });
    expect(await notifier.notify({ key: 'day', title: 'D' })).toMatchObject({ outcome: 'sent' });
    expect(await notifier.notify({ key: 'more', title: 'M' })).toMatchObject({ reason: 'rate limit' });
    expect(await notifier.notify({ key: 'more', title: 'M' })).toMatchObject({ outcome: 'deduped' });
    expect(notifier.digest()).toMatchObject({
      title: 'Digest of 3 notifications',
      items: [{ key: 'night' }, { key: 'more', suppressed: 1 }, { key: 'low' }],
    });
    expect(await notifier.flush()).toMatchObject({ sent: 3 });
    expect(taken.at(-1)).toMatchObject({ kind: 'digest', items: { length: 3 } });
    expect(taken.at(-1)?.text).toContain('normal: M (and 1 more of its kind)');
    expect(await notifier.flush()).toMatchObject({ sent: 0 });
    expect(notifier.status()).toMatchObject({ sent: 2, deduped: 1, deferred: 0, digested: 3 });
  });

  it('that no channel takes waits, and goes with the next digest', async () => {
    const notifier = open();
    isDown = true;
    expect(await notifier.notify({ key: 'a', title: 'A', urgency: 'urgent' })).toMatchObject({
      outcome: 'deferred',
      reason: 'undeliverable',
      deliveries: [{ channel: 'collecting', delivered: false, error: 'is down' }],
    });
    expect(await notifier.flush()).toMatchObject({ sent: 0, held: { undeliverable: 1 } });
    isDown = false;
    expect(await notifier.flush()).toMatchObject({ sent: 1 });
    expect(taken).toMatchObject([{ kind: 'digest', urgency: 'urgent' }]);
  });

  it('stays in a digest no sooner than the window of its key allows', async () => {
    const notifier = open({ windowMs: 1_000 });
    await notifier.notify({ key: 'a', title: 'low', urgency: 'low' });
    await notifier.notify({ key: 'a', title: 'urgent', urgency: 'urgent' });
    expect(await notifier.flush()).toMatchObject({ sent: 0, held: { withinWindow: 1 } });
    nowMs += 1_000;
    expect(await notifier.flush()).toMatchObject({ sent: 1 });
  });
});

type Step =
  | { readonly kind: 'notify'; readonly key: string; readonly urgency: 'low' | 'normal' | 'urgent' }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'flush' }
  | { readonly kind: 'restart' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('notify' as const),
        key: fc.constantFrom('a', 'b', 'c'),
        urgency: fc.constantFrom('low' as const, 'normal' as const, 'urgent' as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 400 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  ),
  { minLength: 5, maxLength: 25 },
);

const windowMs = 30 * 60_000;
const rateLimit = { count: 2, windowMs: 60 * 60_000 };
const policy = { windowMs, rateLimit, quietHours: { from: '20:00', to: '06:00', timeZone: 'UTC' } };

describe('for any course of events', () => {
  it('keeps windows, rates and quiet hours, never holds an urgent one back, and loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (course: readonly Step[]) => {
        rmSync(stateDirectory, { recursive: true, force: true });
        taken = [];
        nowMs = noon;
        let notifier = open(policy);
        const outcomes = new Map<number, string>();
        for (const step of course) {
          if (step.kind === 'wait') nowMs += step.minutes * 60_000;
          else if (step.kind === 'flush') await notifier.flush();
          else if (step.kind === 'restart') {
            notifier.dispose();
            notifier = open(policy);
          } else {
            const { id, outcome } = await notifier.notify({ ...step, title: step.key });
            expect(outcomes.has(id)).toBe(false);
            outcomes.set(id, outcome);
            if (step.urgency === 'urgent') expect(outcome).not.toBe('deferred');
          }
        }
        checkMessages();
        checkNothingLost(outcomes, notifier);
      }),
      { numRuns: 40, seed: 20 },
    );
  });
});

/** What was sent, by key and by hour. */
function checkMessages(): void {
  const lastOfKey = new Map<string, number>();
  const normalSentMs: number[] = [];
  for (const message of taken) {
    const atMs = Date.parse(message.at);
    const hour = new Date(atMs).getUTCHours();
    const keys = new Set(message.items.map(({ key }) => key));
    for (const key of keys) {
      expect(atMs - (lastOfKey.get(key) ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(windowMs);
      lastOfKey.set(key, atMs);
    }
    if (message.urgency !== 'urgent') expect(hour >= 6 && hour < 20).toBe(true);
    if (message.kind === 'notification' && message.urgency === 'normal') normalSentMs.push(atMs);
  }
  for (const atMs of normalSentMs) {
    const within = normalSentMs.filter((other) => other > atMs - rateLimit.windowMs && other <= atMs);
    expect(within.length).toBeLessThanOrEqual(rateLimit.count);
  }
}

/** Each notification was sent by itself, is spoken for, was in one digest, or waits for one. */
function checkNothingLost(outcomes: ReadonlyMap<number, string>, notifier: SmartNotifier): void {
  const alone = taken
    .filter(({ kind }) => kind === 'notification')
    .flatMap(({ items }) => items.map(({ id }) => id));
  const digested = taken
    .filter(({ kind }) => kind === 'digest')
    .flatMap(({ items }) => items.map(({ id }) => id));
  const waiting = notifier.digest().items.map(({ id }) => id);
  const deduped = [...outcomes].filter(([, outcome]) => outcome === 'deduped').map(([id]) => id);
  expect([...alone, ...digested, ...waiting, ...deduped].sort((a, b) => a - b)).toEqual(
    [...outcomes.keys()].sort((a, b) => a - b),
  );
  for (const [id, outcome] of outcomes) {
    const place = outcome === 'sent' ? alone : outcome === 'deferred' ? [...digested, ...waiting] : deduped;
    expect(place).toContain(id);
  }
  expect(notifier.status()).toMatchObject({ deduped: deduped.length, deferred: waiting.length });
}

it('has what a killed process was sending in the next digest, and what waited there too', async () => {
  const child = spawn(process.execPath, [childScript, stateDirectory], { stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  const notifier = open({ now: Date.now });
  expect(notifier.digest().items).toMatchObject([
    { key: 'cpu', reason: 'interrupted', source: 'child' },
    { key: 'disk', reason: 'low urgency', source: 'child' },
  ]);
  expect(await notifier.flush()).toMatchObject({ sent: 2 });
});

describe('channels', () => {
  it('of files get a line for each message, and are the default', async () => {
    const notifier = new SmartNotifier({ stateDirectory });
    opened.push(notifier);
    await notifier.notify({ key: 'a', title: 'Two\nlines', text: '"quoted"' });
    const lines = readFileSync(join(stateDirectory, 'notifications.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ title: 'Two\nlines', text: '"quoted"' }]);
  });

  it('of webhooks are signed, and one that fails takes nothing from the other', async () => {
    const bodies: string[] = [];
    const signatures: unknown[] = [];
    const server = await serveLocally((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        bodies.push(body);
        signatures.push(request.headers['x-signature-256']);
        response.statusCode = request.url === '/broken' ? 500 : 204;
        response.end();
      });
    });
    const notifier = open({
      channels: [
        { kind: 'webhook', url: `${server.base}/hook`, secret: 'key' },
        { kind: 'webhook', url: `${server.base}/broken` },
      ],
    });
    const result = await notifier.notify({ key: 'a', title: 'Zähler' });
    expect(result).toMatchObject({
      outcome: 'sent',
      deliveries: [
        { channel: `webhook ${server.base}`, delivered: true },
        { delivered: false, error: `${server.base} answered 500.` },
      ],
    });
    expect(bodies.map((body) => JSON.parse(body).title)).toEqual(['Zähler', 'Zähler']);
    const signed = signatures.find((signature) => signature !== undefined);
    expect(signed).toBe(
      `sha256=${createHmac('sha256', 'key')
        .update(bodies[0] ?? '')
        .digest('hex')}`,
    );
    await server.close();
    expect(await notifier.notify({ key: 'b', title: 'B' })).toMatchObject({ reason: 'undeliverable' });
  });

  it('of mail send one line as subject, whatever is in the title, and say who was refused', async () => {
    const server = await serveMail('nobody');
    const notifier = open({
      channels: [
        {
          kind: 'smtp',
          host: '127.0.0.1',
          port: server.port,
          from: 'hub@example.test',
          to: ['team@example.test', 'nobody@example.test'],
        },
      ],
    });
    const result = await notifier.notify({
      key: 'a',
      title: 'Disk full\r\nBcc: thief@example.test',
      text: 'Only 1 % is left.\n.\nReally.',
      urgency: 'urgent',
    });
    expect(result).toMatchObject({
      outcome: 'sent',
      deliveries: [{ delivered: true, note: '127.0.0.1 refuses mail to nobody@example.test.' }],
    });
    expect(server.mails).toMatchObject([{ from: 'hub@example.test', to: ['team@example.test'] }]);
    const [head = '', body = ''] = (server.mails[0]?.data ?? '').split('\r\n\r\n');
    expect(head).toContain('Subject: [urgent] Disk full Bcc: thief@example.test');
    expect(head).not.toMatch(/^Bcc:/m);
    expect(body.replace(/^\.\./gm, '.')).toContain('Only 1 % is left.\r\n.\r\nReally.');
    await server.close();
    expect(await notifier.notify({ key: 'b', title: 'B' })).toMatchObject({
      reason: 'undeliverable',
      deliveries: [{ delivered: false, error: expect.stringContaining('ECONNREFUSED') }],
    });
  });
});

it('sends digests at the times of a pattern', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: noon });
  try {
    const sent = new Promise<OutgoingMessage>((resolve) => {
      const channel: NotificationChannel = {
        name: 'awaited',
        send: async (message) => {
          resolve(message);
          return undefined;
        },
      };
      open({ now: Date.now, channels: [channel] });
    });
    const [notifier] = opened;
    await notifier?.notify({ key: 'a', title: 'A', urgency: 'low' });
    await notifier?.scheduleDigests('30 12 * * *');
    await vi.advanceTimersByTimeAsync(31 * 60_000);
    expect(await sent).toMatchObject({ kind: 'digest', title: 'Digest of 1 notification' });
    await expect(notifier?.scheduleDigests('sometimes')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  } finally {
    vi.useRealTimers();
  }
});

it.each([
  ['no channel', { channels: [] }],
  ['a webhook that is a file', { channels: [{ kind: 'webhook', url: 'file:///a' }] }],
  ['mail to nobody', { channels: [{ kind: 'smtp', host: 'a', port: 25, from: 'a', to: [] }] }],
  ['an hour that is none', { quietHours: { from: '24:00', to: '07:00' } }],
  ['a time zone that is none', { quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars/North' } }],
  ['a negative window', { windowMs: -1 }],
] as const)('refuses %s', (_what, options) => {
  expect(() => open(options)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  expect(existsSync(join(stateDirectory, 'hub.db'))).toBe(false);
});

it('refuses notifications without key or title, or of an urgency that is none', async () => {
  const notifier = open();
  for (const wrong of [
    { key: ' ' },
    { title: '' },
    { urgency: 'medium' as never },
    { windowMs: Number.NaN },
  ]) {
    await expect(notifier.notify({ key: 'a', title: 'A', ...wrong })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  }
});

it('is exercised by its workload', async () => {
  const { round } = await prepareWith(smartNotifierWorkload, { smart_notifier: open() }, stateDirectory);
  for (let number = 0; number < 3; number += 1) await round(number);
  expect(taken.map(({ kind }) => kind)).toEqual(Array(3).fill(['notification', 'digest']).flat());
});
