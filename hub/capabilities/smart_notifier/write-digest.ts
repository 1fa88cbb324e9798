import type { Digest, DigestItem } from './notifier-types.js';

/** What a digest of the items says: a line for each, the most urgent first. */
export function writeDigest(items: readonly DigestItem[]): Digest {
  const count = items.length === 1 ? '1 notification' : `${items.length} notifications`;
  const lines = items.map(({ urgency, title, text, source, suppressed, at }) => {
    const more = suppressed === 0 ? '' : ` (and ${suppressed} more of its kind)`;
    const from = source === undefined ? '' : ` [${oneLine(source)}]`;
    const detail = text === '' ? '' : `: ${oneLine(text)}`;
    return `- ${at} ${urgency}: ${oneLine(title)}${detail}${from}${more}`;
  });
  return { title: `Digest of ${count}`, text: lines.join('\n'), items };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
