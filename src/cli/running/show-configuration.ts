import type { OptionSource } from '../../option-layers.js';
import { sourceOf } from '../../option-layers.js';
import { optionsSchema, type SettledOptions } from '../../options.js';
import { type ConfigurationEntry, renderConfiguration } from '../../report/configuration-text.js';
import type { Given } from '../command.js';
import { type ExitCode, exitCodes } from '../exit-code.js';
import { readSettingFlags } from '../setting-flags.js';
import type { Surroundings } from '../surroundings.js';
import { settleProjectOptions } from './project-options.js';

/** Prints the options in force with their sources. @throws RealWorldError `OPTIONS_INVALID` */
export async function showConfiguration(given: Given, surroundings: Surroundings): Promise<ExitCode> {
  const { directory, print, complain } = surroundings;
  const { plugin, ...settled } = await settleProjectOptions(readSettingFlags(given, directory), surroundings);
  const entries = listEntries(settled);
  if (given.has('json')) print(`${JSON.stringify({ options: entries, plugin: plugin.state }, null, 2)}\n`);
  else print(renderConfiguration(entries));
  if (plugin.state === 'unreadable') {
    complain(
      `The Vitest configuration cannot be loaded, so what realWorld() is given is not known: ${plugin.reason}\n`,
    );
  }
  return exitCodes.fine;
}

/** Every option by its path; one that has no value is null. */
function listEntries({ options, sources }: SettledOptions): readonly ConfigurationEntry[] {
  return Object.keys(optionsSchema.shape).flatMap((name) =>
    entriesOf(name, (options as Readonly<Record<string, unknown>>)[name], (path) => sourceOf(sources, path)),
  );
}

function entriesOf(
  path: string,
  value: unknown,
  source: (path: string) => OptionSource,
): readonly ConfigurationEntry[] {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isGroup && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([name, inner]) => entriesOf(`${path}.${name}`, inner, source));
  }
  return [{ option: path, value: value ?? null, source: source(path) }];
}
