import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AudioProcessor } from '../../hub/capabilities/audio_processor/index.js';
import type { RealtimeSession } from '../../hub/capabilities/realtime_session/index.js';
import type { HubDefinition } from '../../src/capability/define-hub.js';
import { openHub } from '../../src/capability/open-hub.js';
import { RecordingRig } from '../support/recording-rig.js';

const entry = resolve(dirname(fileURLToPath(import.meta.url)), '../../hub/dist/index.js');
// By its path: the types of the package would register its hub beside that of its sources.
const { default: hub } = (await import(entry)) as { readonly default: HubDefinition };
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-creation-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string, rig = new RecordingRig()) {
  return openHub(hub, rig.scenario, {
    workspacePath: folder,
    stateDirectory: join(folder, name),
    signal: new AbortController().signal,
    seed: 1,
  });
}

/** What keeps this process busy, without what Vitest itself may have going on. */
function openHandles(): readonly string[] {
  const kinds = ['TCPServerWrap', 'TCPSocketWrap', 'ProcessWrap', 'FSEvent'];
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind));
}

/** Packages that are loaded with a built module, whether or not anything of them is used. */
function packagesLoadedWith(path: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>();
  if (seen.has(path) || !existsSync(path)) return packages;
  seen.add(path);
  const source = readFileSync(path, 'utf8');
  for (const [, specifier = ''] of source.matchAll(
    /^(?:import|export)\b[^;]*?from '([^']+)';|^import '([^']+)';/gm,
  )) {
    if (!specifier.startsWith('.')) packages.add(specifier);
    else for (const name of packagesLoadedWith(join(dirname(path), specifier), seen)) packages.add(name);
  }
  return packages;
}

test('the hub loads no heavy library of a capability that may not be used', () => {
  const loaded = packagesLoadedWith(entry);
  expect(loaded).toContain('better-sqlite3');
  for (const heavy of ['yjs', 'ws', 'lib0', 'ai', 'ai/test', 'meyda', 'music-metadata', 'mediainfo.js']) {
    expect(loaded).not.toContain(heavy);
  }
});

test('creating and releasing the whole hub ten times leaves nothing open', async () => {
  const before = openHandles();
  for (let round = 0; round < 10; round += 1) {
    const { hub: made, close } = await open(`round-${round}`);
    expect(Object.keys(made)).toEqual(Object.keys(hub.capabilities));
    expect(openHandles()).toEqual(before);
    await close();
  }
  expect(openHandles()).toEqual(before);
});

test('a session and a sound are worked on side by side in one hub, recorded, and released', async () => {
  const before = openHandles();
  const rig = new RecordingRig();
  const { hub: made, close } = await open('together', rig);
  const session = made.realtime_session as RealtimeSession;
  const audio = made.audio_processor as AudioProcessor;
  const [ada, grace] = await Promise.all([session.join('notes'), session.join('notes')]);
  const tone = Float32Array.from({ length: 8_000 }, (_none, index) =>
    Math.sin((2 * Math.PI * 440 * index) / 8_000),
  );
  const [{ rms }] = await Promise.all([
    audio.features({ sampleRateHz: 8_000, channels: [tone] }),
    Promise.resolve(session.edit(ada, { kind: 'insert', at: 0, text: 'A tone' })),
  ]);
  session.edit(ada, { kind: 'insert', at: 6, text: ` of level ${rms.toFixed(3)}` });
  expect(await session.settle('notes')).toEqual({ settled: 2, unreachable: [] });
  expect(grace.text).toBe('A tone of level 0.707');
  expect(openHandles().length).toBeGreaterThan(before.length);
  expect(new Set(rig.activities.map(({ capability }) => capability))).toEqual(
    new Set(['realtime_session', 'audio_processor']),
  );
  await close();
  // A handle that was closed is counted until the loop has turned.
  for (let turn = 0; turn < 100 && openHandles().length > before.length; turn += 1) await setImmediate();
  expect(openHandles()).toEqual(before);
});
