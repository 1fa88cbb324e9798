import { harmlessSource, vulnerableSource } from '../support/workspace-editor.js';
import type { CapabilityWorkload } from './capability-workload.js';

/** Code with a hole, code without one, and a text with a token in it. */
export const securityScannerWorkload: CapabilityWorkload = {
  capability: 'security_scanner',
  paceMs: 1_500,
  weight: 'heavy',
  prepare: ({ hub: { security_scanner: scanner } }) => ({
    round: async (number) => {
      const options = { path: `scanned-${number}.js` };
      const holes = scanner.scanCode(vulnerableSource(`Round${number}`), options).findings;
      if (!holes.some(({ cwe }) => cwe === 'CWE-78'))
        throw new Error('User input in a command was not found.');
      const none = scanner.scanCode(harmlessSource(`Round${number}`), options).findings;
      if (none.some(({ cwe }) => cwe === 'CWE-78'))
        throw new Error('Reading a folder was taken for a command.');
      // Put together here, so that no scanner of this repository takes it for a token.
      const token = ['ghp', 'q7Yz2mKd9LwXr4TbV8nCs1HfJp6GaUe3Rk5Q'].join('_');
      const secrets = await scanner.scanSecrets(`region=eu\naccess_token = ${token}\n`, {
        path: 'settings.env',
      });
      if (secrets.length === 0) throw new Error('A token of GitHub was not found.');
    },
  }),
};
