import { join } from 'node:path';
import { SecurityScanner } from '../../capabilities/security_scanner/index.js';

/** Without the optional engine each rule of this project must find its own weakness. */
export function createOwnScanner(folder: string): SecurityScanner {
  return new SecurityScanner({ requireFrom: join(folder, 'nothing-installed-here.js') });
}
