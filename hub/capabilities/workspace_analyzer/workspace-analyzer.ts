import { performance } from 'node:perf_hooks';
import { readWorkspaceSources, type WorkspaceSource } from '../../files/workspace-files.js';
import { drawInsights } from './insights.js';
import { runParts } from './run-parts.js';
import type { LanguageShare, WorkspaceAnalysis, WorkspaceCapabilities } from './workspace-analysis.js';

/** Looks at a whole workspace through the capabilities it is given, and joins what they find. */
export class WorkspaceAnalyzer {
  readonly #capabilities: WorkspaceCapabilities;

  constructor(capabilities: WorkspaceCapabilities) {
    this.#capabilities = capabilities;
  }

  /**
   * Walks every source file below the root and runs every part over it. A part that fails or is not available is shown
   * as such in `parts` and in `insights`, beside what the others found.
   *
   * @throws CapabilityError `NOT_FOUND` when the root does not exist, is no folder or cannot be read
   */
  async analyse(root: string): Promise<WorkspaceAnalysis> {
    const startMs = performance.now();
    const { sizes, languages, linesTotal, skipped } = await measureSources(root);
    const parts = await runParts(this.#capabilities, root);
    return {
      root,
      files: sizes.length,
      skipped,
      languages,
      linesTotal,
      parts,
      insights: drawInsights({ parts, languages, sizes, linesTotal }),
      durationMs: performance.now() - startMs,
    };
  }
}

/** The texts are let go before the parts run. */
async function measureSources(root: string) {
  const { files, skipped } = await readWorkspaceSources(root);
  const sizes = files.map(({ path, text }) => ({ path, lines: countLines(text) }));
  return {
    sizes,
    skipped,
    languages: shareLanguages(files),
    linesTotal: sizes.reduce((sum, { lines }) => sum + lines, 0),
  };
}

function shareLanguages(files: readonly WorkspaceSource[]): readonly LanguageShare[] {
  const shares = new Map<string, { files: number; lines: number }>();
  for (const { language, text } of files) {
    const share = shares.get(language) ?? { files: 0, lines: 0 };
    shares.set(language, { files: share.files + 1, lines: share.lines + countLines(text) });
  }
  return [...shares].map(([language, share]) => ({ language, ...share })).sort((a, b) => b.lines - a.lines);
}

/** A line break at the end does not begin another line. */
function countLines(text: string): number {
  if (text === '') return 0;
  let lines = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
