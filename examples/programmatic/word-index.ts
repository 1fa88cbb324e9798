import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Knows in which files of a folder a word stands. */
export class WordIndex {
  readonly #folder: string;
  #files = new Map<string, ReadonlySet<string>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async index(): Promise<{ readonly files: number }> {
    const names = await readdir(this.#folder);
    const texts = await Promise.all(names.map((name) => readFile(join(this.#folder, name), 'utf8')));
    this.#files = new Map(names.map((name, index) => [name, wordsOf(texts[index] ?? '')]));
    return { files: names.length };
  }

  find(word: string): readonly string[] {
    return [...this.#files].filter(([, words]) => words.has(word.toLowerCase())).map(([name]) => name);
  }
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/\p{Letter}+/gu));
}
