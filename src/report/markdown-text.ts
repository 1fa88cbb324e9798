import { toPlainText, truncate } from './plain-text.js';

const textColumnsMax = 480;
const nameColumnsMax = 120;

/** Text from outside as Markdown shows it: nothing in it forms a table, a link, a mention, a picture or HTML. */
export function escapeMarkdown(text: string, columnsMax = textColumnsMax): string {
  return (
    truncate(toPlainText(text), columnsMax)
      .replaceAll('&', '&amp;')
      .replaceAll(/[\\`*_{}[\]()#+!|~$]/g, String.raw`\$&`)
      // These bring signs of their own, which must not be escaped again.
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('@', '&#64;')
      .replaceAll('://', '&#58;//')
      .replaceAll(/\bwww\./gi, 'www&#46;')
  );
}

/** A name in code letters, in which nothing is markup; what would end it is replaced. */
export function markdownCode(name: string): string {
  const plain = truncate(toPlainText(name), nameColumnsMax).replaceAll('`', "'").replaceAll('|', '\\|');
  return plain === '' ? '' : `\`${plain}\``;
}

/** A table of cells that are Markdown already. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Details to be unfolded; the title is Markdown already. */
export function markdownFold(title: string, body: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${body}\n\n</details>`;
}
