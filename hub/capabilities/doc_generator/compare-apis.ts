import type { ApiSignature, ApiSnapshot, ApiSymbol } from './read-api.js';

/** A change of a public interface. */
export interface ApiChange {
  readonly symbol: string;
  readonly message: string;
  /** `certain`: some correct use breaks. `possible`: types differ as texts, and whether that breaks is for the compiler. */
  readonly certainty: 'certain' | 'possible';
}

export interface ApiDifference {
  readonly breaking: readonly ApiChange[];
  /** Names of symbols that are new. */
  readonly added: readonly string[];
  /** Changes that break no use. */
  readonly compatible: readonly Omit<ApiChange, 'certainty'>[];
}

interface Findings {
  readonly breaking: ApiChange[];
  readonly compatible: Omit<ApiChange, 'certainty'>[];
}

/** Tells what of an interface breaks those who use it, from an earlier snapshot to a later one. */
export function compareApis(before: ApiSnapshot, after: ApiSnapshot): ApiDifference {
  const earlier = byName(before);
  const later = byName(after);
  const findings: Findings = { breaking: [], compatible: [] };
  for (const [name, old] of earlier) {
    const current = later.get(name);
    if (current !== undefined) compareSymbols(old, current, findings);
    // What goes with its parent is told once.
    else if (!hasAncestorMissing(name, later, earlier)) {
      findings.breaking.push({ symbol: name, message: `${old.kind} was removed`, certainty: 'certain' });
    }
  }
  const added = [...later.keys()].filter((name) => !earlier.has(name));
  for (const name of added) {
    const { kind, isOptional } = later.get(name) ?? { kind: '', isOptional: true };
    const parent = earlier.get(parentOf(name));
    if (kind === 'Property' && !isOptional && parent?.kind === 'Interface') {
      const message = 'a required property was added; objects made for the interface lack it';
      findings.breaking.push({ symbol: name, message, certainty: 'possible' });
    }
  }
  return { breaking: findings.breaking, added, compatible: findings.compatible };
}

function compareSymbols(old: ApiSymbol, current: ApiSymbol, { breaking, compatible }: Findings): void {
  const symbol = old.name;
  const breaks = (message: string, certainty: ApiChange['certainty']): void => {
    breaking.push({ symbol, message, certainty });
  };
  if (old.kind !== current.kind) breaks(`${old.kind} became ${current.kind}`, 'possible');
  if (!old.isOptional && current.isOptional)
    breaks('became optional; those who read it may find nothing', 'certain');
  if (old.isOptional && !current.isOptional)
    breaks('became required; those who make it may lack it', 'certain');
  if (!old.isReadonly && current.isReadonly) breaks('became readonly', 'certain');
  if (old.type !== current.type) breaks(`type changed from ${old.type} to ${current.type}`, 'possible');
  if (!old.isDeprecated && current.isDeprecated) compatible.push({ symbol, message: 'was deprecated' });
  for (const [index, signature] of old.signatures.entries()) {
    const other = current.signatures[index];
    if (other === undefined) breaks('an overload was removed', 'possible');
    else compareSignatures(signature, other, breaks, (message) => compatible.push({ symbol, message }));
  }
}

function compareSignatures(
  old: ApiSignature,
  current: ApiSignature,
  breaks: (message: string, certainty: ApiChange['certainty']) => void,
  keeps: (message: string) => void,
): void {
  for (const [index, parameter] of current.parameters.entries()) {
    const before = old.parameters[index];
    if (before === undefined) {
      if (parameter.isOptional) keeps(`optional parameter ${parameter.name} was added`);
      else breaks(`required parameter ${parameter.name} was added`, 'certain');
      continue;
    }
    if (before.isOptional && !parameter.isOptional)
      breaks(`parameter ${parameter.name} became required`, 'certain');
    if (before.type === parameter.type) continue;
    const change = `parameter ${parameter.name} changed from ${before.type} to ${parameter.type}`;
    if (isWithin(before.type, parameter.type)) keeps(`${change}, which takes more`);
    else breaks(change, 'possible');
  }
  for (const gone of old.parameters.slice(current.parameters.length)) {
    breaks(`parameter ${gone.name} was removed`, 'certain');
  }
  if (old.returns === current.returns) return;
  const change = `returns ${current.returns} instead of ${old.returns}`;
  if (isWithin(current.returns, old.returns)) keeps(`${change}, which promises more`);
  else breaks(change, 'possible');
}

/** Whether every member of one union is one of the other, as texts; types that nest unions are not looked into. */
function isWithin(narrow: string, wide: string): boolean {
  if (/[(<{[]/u.test(narrow + wide)) return false;
  const members = new Set(wide.split(' | '));
  return narrow.split(' | ').every((member) => members.has(member));
}

function hasAncestorMissing(
  name: string,
  later: ReadonlyMap<string, ApiSymbol>,
  earlier: ReadonlyMap<string, ApiSymbol>,
): boolean {
  const parent = parentOf(name);
  return parent !== '' && earlier.has(parent) && !later.has(parent);
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}

function byName({ symbols }: ApiSnapshot): ReadonlyMap<string, ApiSymbol> {
  return new Map(symbols.map((symbol) => [symbol.name, symbol]));
}
