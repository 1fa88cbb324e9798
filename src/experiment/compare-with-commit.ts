import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import type { AbReport } from './ab-report.js';
import { describeComparison } from './describe-comparison.js';
import { addWorktree, type GitTree, readGitTree, removeWorktree, resolveCommit } from './git-tree.js';
import { interleaveRuns } from './interleave-runs.js';
import { providePackages, runCommand } from './provide-packages.js';
import { runScenarios, type ScenarioChoice } from './run-scenarios.js';

export interface CommitComparison extends ScenarioChoice {
  /** Absolute path of the project's folder. */
  readonly project: string;
  readonly baseRef: string;
  readonly pairsMax: number;
  /** Smallest change of a time that is called one, as a share. */
  readonly minEffect: number;
  readonly seed: number;
  readonly install?: string | undefined;
  readonly build?: string | undefined;
  /** Leaves base's working tree where it is. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (sentence: string) => void;
}

/**
 * Compares the working tree with a commit of the same repository, by runs in turns. The user's checkout stays as it is: base is
 * checked out in a temporary folder that is removed in the end, whatever happens.
 *
 * @throws ExperimentError when it cannot be made; the signal's reason when it was aborted
 */
export async function compareWithCommit(comparison: CommitComparison): Promise<AbReport> {
  const { project, baseRef, build, signal, onProgress } = comparison;
  const tree = await readGitTree(project, signal);
  const commit = await resolveCommit(tree, baseRef, signal);
  return await withBase(tree, commit, comparison, async (scratch, baseRoot) => {
    onProgress(`base ${commit.slice(0, 10)} is checked out`);
    const packages = await providePackages({
      headRoot: tree.root,
      baseRoot,
      projectPath: tree.projectPath,
      install: comparison.install,
      signal,
    });
    onProgress(packages);
    const projects = { base: join(baseRoot, tree.projectPath), head: project };
    if (build !== undefined) {
      for (const folder of [projects.base, projects.head]) await runCommand(build, folder, signal);
    }
    const runs = await interleaveRuns({
      ...comparison,
      runSide: (side, seed) =>
        runScenarios({ ...comparison, project: projects[side], seed, scratch, signal }),
    });
    return describeComparison(runs, {
      base: { ref: baseRef, commit },
      head: { commit: tree.commit, dirty: tree.dirty },
      seed: comparison.seed,
      pairsMax: comparison.pairsMax,
      minEffect: comparison.minEffect,
      packages,
    });
  });
}

async function withBase<Result>(
  tree: GitTree,
  commit: string,
  { keep, signal, onProgress }: CommitComparison,
  work: (scratch: string, baseRoot: string) => Promise<Result>,
): Promise<Result> {
  // The system's folder for temporary files may itself be a link, and modules are known by their real path.
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'realworld-ab-'));
  const baseRoot = join(scratch, 'base');
  try {
    await addWorktree(tree, baseRoot, commit, signal);
    return await work(scratch, baseRoot);
  } finally {
    if (keep)
      onProgress(`base stays in ${baseRoot}; remove it with: git worktree remove --force ${baseRoot}`);
    else await removeBase(tree, scratch, baseRoot, onProgress);
  }
}

/** That something is left behind is said, and takes nothing from the result. */
async function removeBase(
  tree: GitTree,
  scratch: string,
  baseRoot: string,
  onProgress: (sentence: string) => void,
): Promise<void> {
  try {
    const trouble = await removeWorktree(tree, baseRoot);
    if (trouble !== null) onProgress(`git could not remove ${baseRoot}: ${trouble}`);
    rmSync(scratch, { recursive: true, force: true });
    // Git forgets a working tree once its folder is gone.
    if (trouble !== null) await removeWorktree(tree, baseRoot);
  } catch (thrown) {
    onProgress(`${scratch} could not be removed: ${messageOf(thrown)}`);
  }
}
