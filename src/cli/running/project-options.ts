import { loadConfigFile } from '../../configuration/config-file.js';
import { findPlugin, type PluginInConfig } from '../../configuration/vitest-config.js';
import { messageOf } from '../../errors.js';
import { type OptionFlag, type SettledOptions, settleOptions } from '../../options.js';
import type { Surroundings } from '../surroundings.js';

export interface ProjectOptions extends SettledOptions {
  /** What is known of the plugin; `unreadable` when the Vitest configuration could not be loaded. */
  readonly plugin: PluginInConfig | { readonly state: 'unreadable'; readonly reason: string };
}

/**
 * The options that a run in this folder has: of its configuration file, its plugin, the environment and these flags.
 *
 * @throws RealWorldError `OPTIONS_INVALID`
 */
export async function settleProjectOptions(
  flags: readonly OptionFlag[],
  { directory, environment }: Surroundings,
): Promise<ProjectOptions> {
  const file = await loadConfigFile(directory);
  const plugin = await findPlugin(directory).catch((thrown: unknown) => ({
    state: 'unreadable' as const,
    reason: messageOf(thrown),
  }));
  const given = plugin.state === 'present' ? plugin.options : {};
  return { ...settleOptions({ file, plugin: given, environment, flags }), plugin };
}
