import { CapabilityError } from '../../errors.js';
import { htmlTokens } from './html-tokens.js';
import type { DocumentLink, ExtractedDocument } from './internet-types.js';

const silentElements = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'iframe',
  'noembed',
  'noframes',
  'svg',
]);
const blockElements = new Set(
  `address article aside blockquote br caption dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3
   h4 h5 h6 header hr li main nav ol option p pre section summary table tbody td tfoot th thead title tr ul`.split(
    /\s+/,
  ),
);
const largestCharacters = 16_777_216;

/**
 * The readable parts of a page.
 *
 * @param source the page's address, against which links are resolved; without one, relative links are skipped
 * @throws CapabilityError BAD_INPUT for more than 16 million characters
 */
export function extractDocument(html: string, source?: string): ExtractedDocument {
  if (html.length > largestCharacters) {
    throw new CapabilityError('BAD_INPUT', `The page is longer than ${largestCharacters} characters.`);
  }
  let base = source;
  let title: string | undefined;
  let description: string | undefined;
  let language: string | undefined;
  let silentDepth = 0;
  let silentName = '';
  let inTitle = false;
  let link: { readonly href: string; text: string } | undefined;
  const parts: string[] = [];
  const found: { readonly href: string; text: string }[] = [];
  for (const token of htmlTokens(html)) {
    if (token.kind === 'text') {
      if (silentDepth > 0) continue;
      if (inTitle) title ??= collapse(token.text);
      else {
        // A line's end in the source is a space on the page.
        parts.push(token.text.replace(/\s+/g, ' '));
        if (link !== undefined) link.text += token.text;
      }
      continue;
    }
    const { name } = token;
    if (silentDepth > 0) {
      if (name === silentName) silentDepth += token.kind === 'open' ? 1 : -1;
      continue;
    }
    if (blockElements.has(name)) parts.push('\n');
    if (name === 'title') inTitle = token.kind === 'open';
    if (name === 'a') link = undefined;
    if (token.kind === 'close') continue;
    const { attributes } = token;
    if (silentElements.has(name)) {
      silentDepth = 1;
      silentName = name;
    } else if (name === 'a' && attributes.has('href')) {
      link = { href: (attributes.get('href') ?? '').trim(), text: '' };
      found.push(link);
    } else if (name === 'base' && attributes.has('href') && base === source) {
      base = resolveAddress(attributes.get('href') ?? '', source) ?? base;
    } else if (name === 'html') language = attributes.get('lang') || language;
    else if (name === 'meta' && attributes.get('name')?.toLowerCase() === 'description') {
      description ??= collapse(attributes.get('content') ?? '');
    }
  }
  return {
    title: title ?? '',
    text: parts
      .join('')
      .split('\n')
      .map(collapse)
      .filter((line) => line !== '')
      .join('\n'),
    ...sortLinks(found, base),
    ...(description === undefined ? {} : { description }),
    ...(language === undefined ? {} : { language }),
    ...(source === undefined ? {} : { source }),
  };
}

function sortLinks(
  found: readonly DocumentLink[],
  base: string | undefined,
): Pick<ExtractedDocument, 'links' | 'skippedLinks'> {
  const links = new Map<string, DocumentLink>();
  const skippedLinks: { readonly href: string; readonly reason: string }[] = [];
  for (const { href, text } of found) {
    const address = resolveAddress(href, base);
    if (address === undefined) skippedLinks.push({ href, reason: 'cannot be resolved' });
    else if (!/^https?:/.test(address)) skippedLinks.push({ href, reason: 'is neither http nor https' });
    else if (!links.has(address)) links.set(address, { href: address, text: collapse(text) });
  }
  return { links: [...links.values()], skippedLinks };
}

function resolveAddress(href: string, base: string | undefined): string | undefined {
  return URL.canParse(href, base) ? new URL(href, base).href : undefined;
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
