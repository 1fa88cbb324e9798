// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the planted sources hold template strings of their own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, SecurityScanner } from '../capabilities/security_scanner/index.js';
import { createOwnScanner } from './support/own-scanner.js';
import { pairs } from './support/planted-weaknesses.js';

let folder = '';
let ownScanner: SecurityScanner;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'security-scanner-'));
  ownScanner = createOwnScanner(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ownFindings(source: string, rule: string, path = 'planted.js'): readonly Finding[] {
  return ownScanner
    .scanCode(source, { path })
    .findings.filter((finding) =>
      [finding, ...finding.alsoFoundBy].some((found) => found.engine === 'patterns' && found.rule === rule),
    );
}

describe('the rules of this project', () => {
  it('have a planted pair each', () => {
    const named = ownScanner.rules().filter(({ engine }) => engine === 'patterns');
    expect(pairs.map(({ rule, cwe }) => ({ rule, cwe }))).toEqual(
      named.map(({ rule, cwe }) => ({ rule, cwe })),
    );
  });

  for (const { rule, cwe, weak, mended } of pairs) {
    it(`${rule} finds what is planted and is silent on the mended form`, () => {
      for (const source of weak) {
        const found = ownFindings(source, rule);
        expect(
          found.map((finding) => finding.cwe),
          source,
        ).toEqual([cwe]);
      }
      for (const source of mended) expect(ownFindings(source, rule), source).toEqual([]);
    });
  }

  it('name the line, column and last line of a weakness', () => {
    const source =
      "import { exec } from 'child_process';\n\nexport function run(name) {\n  exec(`\n    ls ${name}`);\n}";
    expect(ownFindings(source, 'command-from-parts')[0]).toMatchObject({ line: 4, column: 3, endLine: 5 });
  });

  it('read TypeScript and TSX', () => {
    const typed =
      "import { exec } from 'node:child_process';\nexport const run = (name: string): void => { exec(`ls ${name as string}`); };";
    expect(ownFindings(typed, 'command-from-parts', 'planted.ts')).toHaveLength(1);
    const page =
      'export const Page = ({ text }: { text: string }) => <p dangerouslySetInnerHTML={{ __html: text }} />;';
    expect(ownFindings(page, 'html-from-value', 'planted.tsx')).toHaveLength(1);
  });
});
