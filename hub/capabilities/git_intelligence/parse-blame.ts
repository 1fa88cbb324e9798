/** Neighbouring lines last changed by one commit. */
export interface BlameRange {
  readonly author: string;
  readonly email: string;
  readonly commit: string;
  /** First and last line, counted from 1. */
  readonly startLine: number;
  readonly endLine: number;
  /** When the commit was authored, in ISO 8601, UTC. */
  readonly date: string;
  /** The history ends here: at the first commit, or at the cut of a shallow clone, where lines may be older. */
  readonly isBoundary: boolean;
}

interface CommitFacts {
  author: string;
  email: string;
  date: string;
  isBoundary: boolean;
}

/** Reads the output of `git blame --porcelain`, which tells about a commit at the first of its lines only. */
export function parseBlame(porcelain: string): readonly BlameRange[] {
  const facts = new Map<string, CommitFacts>();
  const ranges: BlameRange[] = [];
  let commit = '';
  let line = 0;
  for (const text of porcelain.split('\n')) {
    const header = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(text);
    if (text.startsWith('\t')) {
      appendLine(ranges, commit, line, facts.get(commit) ?? emptyFacts());
    } else if (header) {
      commit = header[1] ?? '';
      line = Number(header[2]);
      if (!facts.has(commit)) facts.set(commit, emptyFacts());
    } else {
      noteFact(facts.get(commit) ?? emptyFacts(), text);
    }
  }
  return ranges;
}

function noteFact(facts: CommitFacts, text: string): void {
  if (text.startsWith('author ')) facts.author = text.slice('author '.length);
  else if (text.startsWith('author-mail '))
    facts.email = text.slice('author-mail '.length).replace(/^<|>$/g, '');
  else if (text.startsWith('author-time ')) {
    facts.date = new Date(Number(text.slice('author-time '.length)) * 1000).toISOString();
  } else if (text === 'boundary') facts.isBoundary = true;
}

function appendLine(ranges: BlameRange[], commit: string, line: number, facts: CommitFacts): void {
  const last = ranges.at(-1);
  if (last?.commit === commit) ranges[ranges.length - 1] = { ...last, endLine: line };
  else ranges.push({ ...facts, commit, startLine: line, endLine: line });
}

function emptyFacts(): CommitFacts {
  return { author: '', email: '', date: '', isBoundary: false };
}
