import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A codebase in a temporary folder, removed when the test that makes it is over. */
export class Codebase {
  readonly root: string;

  constructor(name: string, files: Readonly<Record<string, string | Buffer>> = {}) {
    const parent = mkdtempSync(join(tmpdir(), 'realworld-codebase-'));
    onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
    this.root = join(parent, name);
    mkdirSync(this.root);
    this.write(files);
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), content);
    }
  }

  /** Writes a file whose name is bytes that are no text. */
  writeBytesNamed(name: Buffer, content: string): void {
    writeFileSync(Buffer.concat([Buffer.from(`${this.root}/`), name]), content);
  }

  git(...args: readonly string[]): string {
    const identity = ['-c', 'user.name=Owner', '-c', 'user.email=owner@example.invalid'];
    return execFileSync('git', [...identity, '-c', 'commit.gpgsign=false', ...args], {
      cwd: this.root,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: this.root },
    });
  }
}

/** Modules of JavaScript with documented functions, as an application has them. */
export function documentedModules(folder: string, count: number): Readonly<Record<string, string>> {
  const subjects = ['basket', 'order', 'invoice', 'parcel', 'refund', 'voucher', 'customer', 'supplier'];
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const subject = `${subjects[index % subjects.length]}${index}`;
      const text = [
        `import { check } from './check.js';\n`,
        `/** Adds up the prices of every line in the ${subject}. */`,
        `export function total${index}(lines) {`,
        `  check(lines, 'lines of ${subject}');`,
        `  return lines.reduce((sum, { price }) => sum + price, 0);`,
        `}\n`,
        `/** Tells whether the ${subject} was paid before the given day. */`,
        `export function paid${index}(record, day) {`,
        `  return record.paidOn !== null && record.paidOn < day && record.kind === '${subject}';`,
        `}\n`,
      ].join('\n');
      return [`${folder}/${subject}.js`, text] as const;
    }),
  );
}
