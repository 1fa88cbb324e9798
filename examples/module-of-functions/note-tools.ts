import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Words by how often they stand in texts of one sort. */
export interface WordCounts {
  readonly urgent: Readonly<Record<string, number>>;
  readonly ordinary: Readonly<Record<string, number>>;
}

export interface LabelledText {
  readonly text: string;
  readonly urgent: boolean;
}

/** Names of the notes of a folder, in order. */
export async function listNotes(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.md')).sort();
}

/** Links of the form `[[name]]` that lead to no note. */
export async function findBrokenLinks(
  folder: string,
): Promise<readonly { readonly note: string; readonly target: string }[]> {
  const notes = await listNotes(folder);
  const broken = [];
  for (const note of notes) {
    const text = await readFile(join(folder, note), 'utf8');
    for (const [, target = ''] of text.matchAll(/\[\[([^\]]+)\]\]/g)) {
      if (!notes.includes(`${target}.md`)) broken.push({ note, target });
    }
  }
  return broken;
}

/** Counts the words of labelled texts. */
export function learnUrgency(texts: readonly LabelledText[]): WordCounts {
  return {
    urgent: countWords(texts.filter(({ urgent }) => urgent)),
    ordinary: countWords(texts.filter(({ urgent }) => !urgent)),
  };
}

/** Whether the words of a text stood more often in urgent ones, each word weighed by the ratio of its counts plus one. */
export function isUrgent(counts: WordCounts, text: string): boolean {
  let evidence = 0;
  for (const word of wordsOf(text)) {
    evidence += Math.log((counts.urgent[word] ?? 0) + 1) - Math.log((counts.ordinary[word] ?? 0) + 1);
  }
  return evidence > 0;
}

function countWords(texts: readonly LabelledText[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { text } of texts) for (const word of wordsOf(text)) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}
