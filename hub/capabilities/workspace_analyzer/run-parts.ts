import { performance } from 'node:perf_hooks';
import { Unavailable } from '../../errors.js';
import type {
  Part,
  PartName,
  PartValues,
  WorkspaceCapabilities,
  WorkspaceParts,
} from './workspace-analysis.js';

type Capability<Name extends PartName> = NonNullable<WorkspaceCapabilities[Name]>;

/** What each part asks of its capability. The order is the order of work. */
const partTable: {
  readonly [Name in PartName]: (capability: Capability<Name>, root: string) => Promise<PartValues[Name]>;
} = {
  code_search: (codeSearch, root) => codeSearch.index(root),
  security_scanner: (scanner, root) => scanner.scanFiles(root),
  // No limit: which files change most is decided over all of them.
  git_intelligence: (git, root) => git.hotspots(root, { limit: Number.MAX_SAFE_INTEGER }),
  // Last, so that the processor's load covers the work of the others.
  resource_monitor: async (monitor) => ({
    sample: await monitor.sample(),
    constraint: await monitor.isConstrained(),
  }),
};

/** Runs the parts one after another, so that the duration of each is its own. No part's failure ends another. */
export async function runParts(capabilities: WorkspaceCapabilities, root: string): Promise<WorkspaceParts> {
  return {
    code_search: await runPart('code_search', capabilities, root),
    security_scanner: await runPart('security_scanner', capabilities, root),
    git_intelligence: await runPart('git_intelligence', capabilities, root),
    resource_monitor: await runPart('resource_monitor', capabilities, root),
  };
}

async function runPart<Name extends PartName>(
  name: Name,
  capabilities: WorkspaceCapabilities,
  root: string,
): Promise<Part<PartValues[Name]>> {
  const capability = capabilities[name];
  if (capability === undefined) {
    return { outcome: 'unavailable', reason: `No ${name} was given to the workspace analyzer.` };
  }
  const startMs = performance.now();
  try {
    const value = await partTable[name](capability, root);
    return { outcome: 'succeeded', value, durationMs: performance.now() - startMs };
  } catch (error) {
    if (error instanceof Unavailable) return { outcome: 'unavailable', reason: error.message };
    return { outcome: 'failed', error: describeError(error), durationMs: performance.now() - startMs };
  }
}

function describeError(error: unknown): { name: string; code?: string; message: string } {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { name: error.name, ...code, message: error.message };
}
