/** Where the value of an option comes from. */
export type OptionSource =
  | { readonly from: 'default' }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'plugin' }
  | { readonly from: 'environment'; readonly variable: string; readonly text: string }
  | { readonly from: 'flag'; readonly flag: string };

/** Values that come from one place. */
export interface OptionLayer {
  readonly values: object;
  readonly source: (path: string) => OptionSource;
}

export interface MergedLayers {
  readonly values: Readonly<Record<string, unknown>>;
  /** By path, such as `limits.cpuPercentMax`; what is not here is a default. */
  readonly sources: ReadonlyMap<string, OptionSource>;
}

type Group = Record<string, unknown>;

/**
 * Lays options over each other, the weakest first. Groups such as `limits` are merged value by value, lists are replaced.
 * A `gate` that is a word is its mode.
 */
export function mergeLayers(layers: readonly OptionLayer[]): MergedLayers {
  const values = emptyGroup();
  const sources = new Map<string, OptionSource>();
  for (const { values: over, source } of layers) {
    mergeGroup(values, over, '', (path) => sources.set(path, source(path)));
  }
  return { values, sources };
}

/** The source of an option, or of the group that it lies in. */
export function sourceOf(sources: ReadonlyMap<string, OptionSource>, path: string): OptionSource {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const source = sources.get(at);
    if (source !== undefined) return source;
  }
  return { from: 'default' };
}

function mergeGroup(group: Group, over: object, prefix: string, told: (path: string) => void): void {
  for (const [name, given] of Object.entries(over)) {
    if (given === undefined) continue;
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const value: unknown = path === 'gate' && typeof given === 'string' ? { mode: given } : given;
    if (!isGroup(value)) {
      group[name] = value;
      told(path);
      continue;
    }
    const inner: Group = isGroup(group[name]) ? group[name] : emptyGroup();
    group[name] = inner;
    // An empty group has a meaning of its own: `retention: {}` turns retention on.
    if (Object.keys(value).length === 0) told(path);
    mergeGroup(inner, value, path, told);
  }
}

/** Without a prototype, so that a name such as `__proto__` in a file is a name like any other. */
function emptyGroup(): Group {
  return Object.create(null) as Group;
}

function isGroup(value: unknown): value is Group {
  return Object.prototype.toString.call(value) === '[object Object]';
}
