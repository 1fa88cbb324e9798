import { chmodSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { Random } from '../../seeded-random.js';

/** A fault that can be brought about and taken away again; spread it into `recovery.trial({ ...fault, ... })`. */
export interface ReadyFault {
  /** Name of the kind of fault; activities under it carry the name. */
  readonly fault: string;
  readonly inject: () => void | Promise<void>;
  /** Does nothing the second time. */
  readonly restore: () => void | Promise<void>;
}

/** The file or folder is not there. */
export function fileVanished(path: string): ReadyFault {
  const aside = `${path}.taken-away`;
  return onceBack('file_vanished', () => {
    renameSync(path, aside);
    return () => {
      // What the system wrote in its place meanwhile gives way to the original.
      rmSync(path, { recursive: true, force: true });
      renameSync(aside, path);
    };
  });
}

/**
 * The file or folder may not be read.
 *
 * @throws when its permissions mean nothing to this process, because it is that of the superuser
 */
export function permissionLost(path: string): ReadyFault {
  return onceBack('permission_lost', () => {
    if (process.getuid?.() === 0) {
      throw new Error('The superuser may read what nobody may: this fault needs another user.');
    }
    const { mode } = statSync(path);
    chmodSync(path, 0o000);
    return () => chmodSync(path, mode);
  });
}

/** The file is as long as it was and holds other bytes. */
export function fileCorrupt(path: string, random: Random): ReadyFault {
  return onceBack('file_corrupt', () => {
    const original = readFileSync(path);
    writeFileSync(path, Buffer.from(original.map(() => Math.floor(random() * 256))));
    return () => writeFileSync(path, original);
  });
}

/** The file ends in its middle, as after a write that was cut off. */
export function fileTruncated(path: string): ReadyFault {
  return onceBack('file_truncated', () => {
    const original = readFileSync(path);
    truncateSync(path, original.length >> 1);
    return () => writeFileSync(path, original);
  });
}

/** @param bringAbout returns what takes it away again */
function onceBack(fault: string, bringAbout: () => () => void): ReadyFault {
  let takeAway: (() => void) | null = null;
  return {
    fault,
    inject: () => {
      takeAway = bringAbout();
    },
    restore: () => {
      const back = takeAway;
      takeAway = null;
      back?.();
    },
  };
}
