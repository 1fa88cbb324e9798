import type * as typedoc from 'typedoc';

/** A parameter of a function or method. */
export interface ApiParameter {
  readonly name: string;
  readonly type: string;
  /** May be left out: optional, with a default, or a rest parameter. */
  readonly isOptional: boolean;
}

export interface ApiSignature {
  readonly parameters: readonly ApiParameter[];
  readonly returns: string;
}

/** A symbol that users of a package can name: an export, or a public member of one. */
export interface ApiSymbol {
  /** Names from the module down to the symbol, joined by dots. */
  readonly name: string;
  /** Such as `Function`, `Class`, `Property`. */
  readonly kind: string;
  /** First paragraph of its documentation, as Markdown; empty without one. */
  readonly summary: string;
  readonly isDocumented: boolean;
  readonly isDeprecated: boolean;
  readonly isOptional: boolean;
  readonly isReadonly: boolean;
  /** Of a variable, property or alias; empty otherwise. */
  readonly type: string;
  /** One for each overload. */
  readonly signatures: readonly ApiSignature[];
  /** Absolute path; absent for what has no place in a file. */
  readonly path?: string;
  /** From 1. */
  readonly line?: number;
}

/** A package's public interface at one time; plain data that can be kept as JSON. */
export interface ApiSnapshot {
  readonly symbols: readonly ApiSymbol[];
}

/** Flattens what TypeDoc found. Members that come from a base are told at the base. */
export function readApi(library: typeof typedoc, project: typedoc.ProjectReflection): readonly ApiSymbol[] {
  const symbols: ApiSymbol[] = [];
  const visit = (parent: typedoc.ContainerReflection, prefix: string): void => {
    for (const child of parent.children ?? []) {
      if (child.inheritedFrom !== undefined || child.flags.isPrivate) continue;
      const name = prefix === '' ? child.name : `${prefix}.${child.name}`;
      const isModule = child.kindOf(library.ReflectionKind.Module);
      if (!isModule) symbols.push(toSymbol(library, child, name));
      visit(child, name);
      // An alias of an object type has its members one level deeper.
      const { type } = child;
      if (type?.type === 'reflection' && child.kindOf(library.ReflectionKind.TypeAlias))
        visit(type.declaration, name);
    }
  };
  visit(project, '');
  return symbols.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function toSymbol(
  library: typeof typedoc,
  reflection: typedoc.DeclarationReflection,
  name: string,
): ApiSymbol {
  const signatures = reflection.signatures ?? functionSignatures(reflection);
  const accessor = reflection.getSignature ?? reflection.setSignature;
  const comment =
    reflection.comment ?? signatures.find((each) => each.comment !== undefined)?.comment ?? accessor?.comment;
  const place = reflection.sources?.[0] ?? signatures[0]?.sources?.[0];
  const text = comment === undefined ? '' : library.Comment.combineDisplayParts(comment.summary).trim();
  return {
    name,
    kind: library.ReflectionKind[reflection.kind],
    summary: text.split(/\n\s*\n/u, 1)[0] ?? '',
    isDocumented: text !== '',
    isDeprecated: comment?.getTag('@deprecated') !== undefined,
    isOptional: reflection.flags.isOptional,
    isReadonly: reflection.flags.isReadonly,
    type: signatures.length > 0 ? '' : ((reflection.type ?? accessor?.type)?.toString() ?? ''),
    signatures: signatures.map(({ parameters = [], type }) => ({
      parameters: parameters.map((parameter) => ({
        name: parameter.name,
        type: parameter.type?.toString() ?? 'any',
        isOptional:
          parameter.flags.isOptional || parameter.flags.isRest || parameter.defaultValue !== undefined,
      })),
      returns: type?.toString() ?? 'any',
    })),
    ...(place === undefined ? {} : { path: place.fullFileName, line: place.line }),
  };
}

function functionSignatures(
  reflection: typedoc.DeclarationReflection,
): readonly typedoc.SignatureReflection[] {
  return reflection.type?.type === 'reflection' ? (reflection.type.declaration.signatures ?? []) : [];
}
