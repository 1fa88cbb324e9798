import type {
  Insight,
  LanguageShare,
  Part,
  PartName,
  ScannedWeakness,
  SourceSize,
  WorkspaceParts,
} from './workspace-analysis.js';

export interface InsightFacts {
  readonly parts: WorkspaceParts;
  readonly languages: readonly LanguageShare[];
  readonly sizes: readonly SourceSize[];
  readonly linesTotal: number;
}

/** A file with more lines than this is worth splitting, in lines. */
export const OVERSIZED_LINES = 1_000;

const severities: readonly Insight['severity'][] = ['critical', 'high', 'medium', 'low', 'info'];

/** Each kind of insight draws on the parts that succeeded and is silent about those that did not. */
const insightTable: readonly ((facts: InsightFacts) => readonly Insight[])[] = [
  describeMissingParts,
  joinHotspotsWithFindings,
  groupFindings,
  listUnparsableFiles,
  listOversizedFiles,
  describeConstraint,
  describeIndex,
  describeLanguages,
];

/** All insights, most severe first, in the order of the table within a severity. */
export function drawInsights(facts: InsightFacts): readonly Insight[] {
  const insights = insightTable.flatMap((draw) => draw(facts));
  return severities.flatMap((severity) => insights.filter((insight) => insight.severity === severity));
}

function describeMissingParts({ parts }: InsightFacts): readonly Insight[] {
  return (Object.keys(parts) as PartName[]).flatMap((source): Insight[] => {
    const part: Part<unknown> = parts[source];
    switch (part.outcome) {
      case 'succeeded':
        return [];
      case 'failed':
        return [{ source, severity: 'medium', text: `${source} failed: ${part.error.message}` }];
      case 'unavailable':
        return [{ source, severity: 'low', text: `${source} is not available: ${part.reason}` }];
      default:
        return part satisfies never;
    }
  });
}

/** Files among the tenth that changes most, and more than once, that also carry findings. */
function joinHotspotsWithFindings({ parts }: InsightFacts): readonly Insight[] {
  const hotspots = succeededValue(parts.git_intelligence);
  const findings = succeededValue(parts.security_scanner)?.findings;
  if (hotspots === undefined || findings === undefined) return [];
  const commits = hotspots.map((hotspot) => hotspot.commits).sort((a, b) => a - b);
  const threshold = Math.max(2, commits[Math.ceil(commits.length * 0.9) - 1] ?? 2);
  const byPath = groupBy(findings, ({ path }) => path);
  return hotspots.flatMap(({ path, commits: changes, churnLines }): Insight[] => {
    const found = byPath.get(path);
    if (found === undefined || changes < threshold) return [];
    return [
      {
        source: 'git_intelligence+security_scanner',
        severity: highestOf(found),
        text: `${path} is among the files that change most (${changes} commits, ${churnLines} lines) and carries ${count(found.length, 'finding')}: ${[...new Set(found.map(({ cwe }) => cwe))].join(', ')}.`,
        path,
      },
    ];
  });
}

function groupFindings({ parts }: InsightFacts): readonly Insight[] {
  const findings = succeededValue(parts.security_scanner)?.findings ?? [];
  return [...groupBy(findings, ({ cwe }) => cwe)].map(([cwe, found]) => {
    const [first] = found;
    const places = new Set(found.map(({ path }) => path));
    return {
      source: 'security_scanner',
      severity: highestOf(found),
      text: `${cwe}: ${count(found.length, 'finding')} in ${count(places.size, 'file')}. ${first?.message ?? ''}`,
      ...(first === undefined ? {} : { path: first.path }),
    };
  });
}

function listUnparsableFiles({ parts }: InsightFacts): readonly Insight[] {
  const skipped = succeededValue(parts.security_scanner)?.skipped ?? [];
  return skipped
    .filter(({ reason }) => reason === 'unparsable')
    .map(({ path, detail }) => ({
      source: 'security_scanner',
      severity: 'low',
      text: `${path} could not be scanned: ${detail ?? 'it does not parse'}`,
      path,
    }));
}

function listOversizedFiles({ sizes }: InsightFacts): readonly Insight[] {
  return sizes
    .filter(({ lines }) => lines > OVERSIZED_LINES)
    .sort((a, b) => b.lines - a.lines)
    .map(({ path, lines }) => ({
      source: 'workspace',
      severity: 'low',
      text: `${path} has ${lines} lines. Files over ${OVERSIZED_LINES} lines are worth splitting.`,
      path,
    }));
}

function describeConstraint({ parts }: InsightFacts): readonly Insight[] {
  const reasons = succeededValue(parts.resource_monitor)?.constraint.reasons ?? [];
  return reasons.map(({ resource, percent, thresholdPercent }) => ({
    source: 'resource_monitor',
    severity: 'high',
    text: `The machine is short of ${resource}: ${percent.toFixed(1)} % is used, the limit is ${thresholdPercent} %.`,
  }));
}

function describeIndex({ parts }: InsightFacts): readonly Insight[] {
  const index = succeededValue(parts.code_search);
  if (index === undefined) return [];
  const text = `${count(index.chunks, 'chunk')} of ${count(index.files, 'file')} can be searched.`;
  return [{ source: 'code_search', severity: 'info', text }];
}

function describeLanguages({ languages, linesTotal }: InsightFacts): readonly Insight[] {
  return languages.map(({ language, files, lines }) => ({
    source: 'workspace',
    severity: 'info',
    text: `${language}: ${count(files, 'file')}, ${count(lines, 'line')}, ${((100 * lines) / Math.max(1, linesTotal)).toFixed(1)} % of all lines.`,
  }));
}

function succeededValue<Value>(part: Part<Value>): Value | undefined {
  return part.outcome === 'succeeded' ? part.value : undefined;
}

function highestOf(findings: readonly ScannedWeakness[]): Insight['severity'] {
  return severities.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'info';
}

function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
