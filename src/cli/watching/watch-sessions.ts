import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../clock.js';
import { renderWatchLines, renderWatchRegion, type WatchView } from '../../report/watch-text.js';
import { stateOfRun } from '../../session/session-directories.js';
import { SessionWatch } from '../../storage/session-watch.js';
import type { Given } from '../command.js';
import { type ExitCode, exitCodes } from '../exit-code.js';
import { InterruptedError, withInterrupt } from '../interrupt.js';
import { resolveDatabase, resolveDirectory, type Surroundings } from '../surroundings.js';

const intervalSecondsDefault = 2;
const columnsDefault = 80;

/** Shows the running sessions again and again until it is interrupted, or once. */
export async function watchSessions(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const intervalSeconds = given.number('interval', { min: 0.2, max: 3_600 }) ?? intervalSecondsDefault;
  const journalRoot = join(resolveDirectory(given.text('directory'), surroundings), 'journal');
  const watch = new SessionWatch(resolveDatabase(given.text('db'), surroundings));
  const look = (): readonly WatchView[] => {
    const nowMs = systemClock.epochMs();
    return watch.look().map(({ startedAtMs, ...session }) => ({
      ...session,
      elapsedMs: Math.max(0, nowMs - startedAtMs),
      runner: stateOfRun(journalRoot, session.sessionId),
    }));
  };
  const show = chooseDisplay(given, surroundings);
  try {
    if (given.has('once')) show(look());
    else await withInterrupt((signal) => repeat(() => show(look()), intervalSeconds * 1_000, signal));
    return exitCodes.fine;
  } catch (thrown) {
    // To be interrupted is how watching ends.
    if (thrown instanceof InterruptedError) return exitCodes.fine;
    throw thrown;
  } finally {
    watch.close();
  }
}

function chooseDisplay(given: Given, { print }: Surroundings): (views: readonly WatchView[]) => void {
  if (given.has('json'))
    return (views) => print(`${JSON.stringify({ at: new Date().toISOString(), sessions: views })}\n`);
  if (process.stdout.isTTY !== true) return (views) => print(renderWatchLines(views));
  let lines = 0;
  return (views) => {
    const region = renderWatchRegion(views, process.stdout.columns ?? columnsDefault);
    // Up to where the region began, and everything below is cleared.
    print(`${lines === 0 ? '' : `\u001b[${lines}A\u001b[0J`}${region}`);
    lines = region.split('\n').length - 1;
  };
}

async function repeat(work: () => void, intervalMs: number, signal: AbortSignal): Promise<never> {
  for (;;) {
    signal.throwIfAborted();
    work();
    try {
      await pause(intervalMs, undefined, { signal });
    } catch (thrown) {
      signal.throwIfAborted();
      throw thrown;
    }
  }
}
