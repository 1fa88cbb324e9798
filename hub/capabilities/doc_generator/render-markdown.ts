import type { ApiSymbol } from './read-api.js';

/** The reference as Markdown: exports in order of their names, members below them. Text of the code is data and escaped. */
export function renderMarkdown(title: string, symbols: readonly ApiSymbol[]): string {
  const sections = symbols.map((symbol) => {
    const level = Math.min(6, 2 + symbol.name.split('.').length - 1);
    const heading = `${'#'.repeat(level)} ${escapeMarkdown(symbol.name)}`;
    const uses = symbol.signatures.map(
      ({ parameters, returns }) =>
        `(${parameters.map(({ name, type, isOptional }) => `${name}${isOptional ? '?' : ''}: ${type}`).join(', ')}): ${returns}`,
    );
    const shape = uses.length > 0 ? uses : symbol.type === '' ? [] : [symbol.type];
    const code = shape.map((text) =>
      codeSpan(`${symbol.name.split('.').at(-1)}${text.startsWith('(') ? '' : ': '}${text}`),
    );
    const notes = symbol.isDeprecated ? ['Deprecated.'] : [];
    return [heading, symbol.kind, ...code, ...notes, escapeMarkdown(symbol.summary)]
      .filter((part) => part !== '')
      .join('\n\n');
  });
  return `${[`# ${escapeMarkdown(title)}`, ...sections].join('\n\n')}\n`;
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|]/gu, '\\$&');
}

/** A code span may hold backticks when its own delimiters are longer than any run of them. */
function codeSpan(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ');
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/gu), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}
