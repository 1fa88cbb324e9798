import { termsOf } from './search-terms.js';

/** Words that carry no meaning of their own in a question. */
const FILLER = termSet(
  'a an the of for to in on at by with from this that these those is are was be been being it its as and or if can will which when whether given',
);

/** Begins every second sentence about code and names almost none of it. */
const WEAK = termSet('return');
const WEAK_WEIGHT = 0.1;

/** What a question's word is commonly called in code: a word of prose, then the words of identifiers. */
const CODE_WORDS: ReadonlyMap<string, readonly string[]> = mapTerms(`
  return: get | retrieve: get | obtain: get | fetch: get | find: get
  create: make | generate: create | construct: constructor | define: set | assign: set
  serialize: json | deserialize: json | convert: to
  free: dispose | release: dispose | destroy: dispose
  clone: copy | copy: clone | calculate: compute | compute: calculate | transform: apply | apply: transform
  remove: delete | delete: remove | add: append push | init: initialize | initialize: init setup
  whether: is has | true: is has | determine: is | check: is | verify: check | validate: check
  execute: on run | invoke: call | callback: on cb
  multiply: mul | subtract: sub | divide: div
  number: num count | index: idx | length: len | minimum: min | maximum: max | previous: prev | temporary: temp tmp
  position: pos | string: str | character: char | expression: expr | declaration: decl | function: fn func
  parameter: param | argument: arg | attribute: attr | reference: ref | identifier: id
  option: opt | configuration: config option | environment: env | directory: dir | document: doc
  message: msg | error: err | request: req | response: res
`);
const CODE_WORD_WEIGHT = 0.6;

/** What to look up for a question, each term with its weight. */
export interface QueryTerms {
  /** To look for everywhere: the question's words without fillers, or all of them when it has no others. */
  readonly asked: ReadonlyMap<string, number>;
  /** To look for in names, where a declaration is called what it does: other words for those asked. */
  readonly named: ReadonlyMap<string, number>;
}

export function weighQueryTerms(query: string): QueryTerms {
  const words = termsOf(query);
  const telling = words.filter((term) => !FILLER.has(term));
  const asked = new Map<string, number>();
  const named = new Map<string, number>();
  for (const term of telling.length > 0 ? telling : words) asked.set(term, WEAK.has(term) ? WEAK_WEIGHT : 1);
  for (const term of words) {
    for (const word of CODE_WORDS.get(term) ?? []) {
      if (!asked.has(word)) named.set(word, CODE_WORD_WEIGHT);
    }
  }
  return { asked, named };
}

function termSet(words: string): ReadonlySet<string> {
  return new Set(termsOf(words));
}

function mapTerms(table: string): ReadonlyMap<string, readonly string[]> {
  const entries = table.split(/[|\n]/).filter((entry) => entry.includes(':'));
  return new Map(
    entries.map((entry) => {
      const [word = '', ...codeWords] = termsOf(entry);
      return [word, codeWords];
    }),
  );
}
