import { loadConfigFile } from '../configuration/config-file.js';
import type { Surroundings } from './surroundings.js';

/** Reads the folder's configuration file once; that it cannot be used is told to the command that asks for it. */
export async function withConfigFile(surroundings: Surroundings): Promise<Surroundings> {
  const read = await loadConfigFile(surroundings.directory).then(
    (file) => () => file,
    (thrown: unknown) => () => {
      throw thrown;
    },
  );
  return { ...surroundings, configFile: read };
}
