export type Child = Node | string | number | null | false | undefined;
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** An element with attributes and children; text is always text, whatever stands in it. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(key, value === true ? '' : String(value));
  }
  append(element, children.flat());
  return element;
}

export function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** A name from outside: kept apart from the direction of the text around it. */
export function name(text: string, className = 'name'): HTMLElement {
  return el('bdi', { class: className }, text);
}

/** A short word with a colour of its own; the word says it too, so that nothing depends on the colour. */
export function badge(word: string, tone: Tone): HTMLElement {
  return el('span', { class: `badge ${tone}` }, word);
}

export type Tone = 'good' | 'warn' | 'bad' | 'calm';

/** How wide a bar is, from 0 to 1; set through the style object, which the page's policy allows. */
export function bar(className: string, from: number, to: number): HTMLElement {
  const element = el('span', { class: className });
  element.style.left = `${(clamp(from) * 100).toFixed(2)}%`;
  element.style.width = `${((clamp(to) - clamp(from)) * 100).toFixed(2)}%`;
  return element;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** A section of the page that the navigation leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** How many things are in it, where that says something. */
  readonly count: number | null;
  readonly content: readonly Child[];
}

export interface Column<Row> {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => Child;
}

/** A table that scrolls sideways by itself where it is wider than the page. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): HTMLElement {
  const head = columns.map(({ title, isNumber }) =>
    el('th', { scope: 'col', class: isNumber === true ? 'number' : null }, title),
  );
  const body = rows.map((row) =>
    el(
      'tr',
      {},
      columns.map(({ cell, isNumber }, index) =>
        index === 0
          ? el('th', { scope: 'row' }, cell(row))
          : el('td', { class: isNumber === true ? 'number' : null }, cell(row)),
      ),
    ),
  );
  return el(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    el(
      'table',
      {},
      el('caption', { class: 'hidden' }, caption),
      el('thead', {}, el('tr', {}, head)),
      el('tbody', {}, body),
    ),
  );
}

/** Something that opens; its key keeps it open when the page is drawn anew. */
export function fold(key: string, summary: readonly Child[], content: () => readonly Child[]): HTMLElement {
  const details = el('details', { 'data-key': key }, el('summary', {}, summary));
  let isFilled = false;
  const fill = (): void => {
    if (isFilled) return;
    isFilled = true;
    details.appendChild(el('div', { class: 'folded' }, content()));
  };
  // What nobody opens is not built, so that a long report opens at once.
  details.addEventListener('toggle', () => {
    if (details.open) fill();
  });
  details.addEventListener('fill', fill);
  return details;
}

/** The first ones, and the others behind a fold. */
export function firstOnes<Row>(
  key: string,
  rows: readonly Row[],
  shown: number,
  draw: (rows: readonly Row[]) => Child,
): readonly Child[] {
  const rest = rows.slice(shown);
  return [
    draw(rows.slice(0, shown)),
    rest.length === 0 ? null : fold(key, [`${rest.length} more`], () => [draw(rest)]),
  ];
}

export function empty(sentence: string): HTMLElement {
  return el('p', { class: 'empty' }, sentence);
}
