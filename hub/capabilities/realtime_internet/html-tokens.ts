import { decodeEntities } from './html-entities.js';

export type HtmlToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'open'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'close'; readonly name: string };

/** Elements whose content is no markup. */
const rawElements = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes']);
const nameStart = /[a-z]/i;

/**
 * Splits a page into tags and text in one pass from left to right; broken markup is read as far as it goes, never refused.
 * After the tokenisation of the HTML standard (WHATWG, 13.2.5), without its corrections of the tree.
 */
export function* htmlTokens(html: string): Generator<HtmlToken> {
  // Only ASCII letters are folded, so that every place is the same in both texts.
  const folded = html.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  let at = 0;
  while (at < html.length) {
    const tag = html.indexOf('<', at);
    if (tag === -1) {
      yield { kind: 'text', text: decodeEntities(html.slice(at)) };
      return;
    }
    if (tag > at) yield { kind: 'text', text: decodeEntities(html.slice(at, tag)) };
    const next = html[tag + 1] ?? '';
    if (html.startsWith('<!--', tag)) {
      at = after(html, '-->', tag + 2);
    } else if (next === '!' || next === '?') {
      at = after(html, '>', tag);
    } else if (next === '/' && nameStart.test(html[tag + 2] ?? '')) {
      yield { kind: 'close', name: nameAt(folded, tag + 2) };
      at = after(html, '>', tag);
    } else if (nameStart.test(next)) {
      const name = nameAt(folded, tag + 1);
      const { attributes, end } = readAttributes(html, folded, tag + 1 + name.length);
      yield { kind: 'open', name, attributes };
      at = end;
      if (rawElements.has(name)) {
        const close = folded.indexOf(`</${name}`, at);
        const contentEnd = close === -1 ? html.length : close;
        const raw = html.slice(at, contentEnd);
        if (raw !== '') yield { kind: 'text', text: name === 'title' ? decodeEntities(raw) : raw };
        at = contentEnd;
      }
    } else {
      yield { kind: 'text', text: '<' };
      at = tag + 1;
    }
  }
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length;
}

function nameAt(folded: string, from: number): string {
  const name = /[^\s/>]+/y;
  name.lastIndex = from;
  return name.exec(folded)?.[0] ?? '';
}

/** Attributes up to the end of the tag; the first of a name counts. */
function readAttributes(
  html: string,
  folded: string,
  from: number,
): { readonly attributes: ReadonlyMap<string, string>; readonly end: number } {
  const attributes = new Map<string, string>();
  let at = from;
  while (at < html.length) {
    const gap = /[\s/]*/y;
    gap.lastIndex = at;
    at += gap.exec(html)?.[0].length ?? 0;
    if (at >= html.length || html[at] === '>') break;
    const name = /=?[^\s/>=]*/y;
    name.lastIndex = at;
    const found = name.exec(folded)?.[0] ?? '';
    at += Math.max(1, found.length);
    const equals = /\s*=\s*/y;
    equals.lastIndex = at;
    const sign = equals.exec(html)?.[0];
    let value = '';
    if (sign !== undefined) {
      at += sign.length;
      const quote = html[at];
      if (quote === '"' || quote === "'") {
        const end = html.indexOf(quote, at + 1);
        value = html.slice(at + 1, end === -1 ? html.length : end);
        at = end === -1 ? html.length : end + 1;
      } else {
        const bare = /[^\s>]*/y;
        bare.lastIndex = at;
        value = bare.exec(html)?.[0] ?? '';
        at += value.length;
      }
    }
    if (!attributes.has(found)) attributes.set(found, decodeEntities(value));
  }
  return { attributes, end: Math.min(html.length, at + 1) };
}
