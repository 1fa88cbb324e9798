import { systemClock, toTimestamp } from '../clock.js';
import { writeVerifiedBackup } from '../storage/verified-backup.js';
import { type Command, databaseOption, type Given, jsonOption } from './command.js';
import { describeBytes } from './describe-bytes.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { existingDatabase, type Surroundings } from './surroundings.js';
import { prepareOutput } from './write-output.js';

/** Copies the database into a new file, also while a run writes into it, and reads the copy back. */
export const backupCommand: Command = {
  options: [databaseOption, jsonOption],
  examples: ['backup', 'backup backups/before-upgrade.db --json'],
  run: backUp,
};

async function backUp(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const database = existingDatabase(given.text('db'), surroundings);
  const [named = `${database}.backup-${timeForFile()}`] = given.words;
  const target = prepareOutput(named, 'Backup', surroundings.directory);
  const made = await writeVerifiedBackup(database, target);
  if (given.has('json')) {
    surroundings.print(`${JSON.stringify({ database, ...made }, null, 2)}\n`);
    return exitCodes.fine;
  }
  const { test_sessions: sessions = 0, activities = 0 } = made.rows;
  surroundings.print(
    `Backup: ${made.path} (${describeBytes(made.bytes)}, ${sessions} sessions, ${activities} activities; checked).\n`,
  );
  return exitCodes.fine;
}

/** `20260203-121500`, in UTC. */
function timeForFile(): string {
  return toTimestamp(systemClock.epochMs()).slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
