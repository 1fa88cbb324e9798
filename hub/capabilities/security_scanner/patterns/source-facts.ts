import type { SgNode } from '@ast-grep/napi';
import { isBuiltText } from './expressions.js';
import { type ModuleBindings, readModuleBindings } from './module-bindings.js';
import { REQUEST_DATA, readsRequestData } from './request-data.js';

/** What the rules ask about one source, worked out once when first asked. */
export interface SourceFacts {
  readonly root: SgNode;
  readonly text: string;
  /** Local names that stand for modules. */
  readonly bindings: () => ModuleBindings;
  /** Names that hold data of a request, directly or through other names. */
  readonly requestNames: () => ReadonlySet<string>;
  /** Names that hold a string put together from parts that are not all literal. */
  readonly builtNames: () => ReadonlySet<string>;
}

export function readSourceFacts(root: SgNode, text: string): SourceFacts {
  const bindings = once(() => readModuleBindings(root));
  const assignments = once(() => readAssignments(root));
  const requestNames = once(() =>
    REQUEST_DATA.test(text) ? spread(assignments(), readsRequestData) : new Set<string>(),
  );
  const builtNames = once(() => spread(assignments(), (value, names) => isBuiltText(value, names)));
  return { root, text, bindings, requestNames, builtNames };
}

interface Assignment {
  readonly names: readonly string[];
  readonly value: SgNode;
}

function readAssignments(root: SgNode): readonly Assignment[] {
  const assignments: Assignment[] = [];
  const nodes = root.findAll({
    rule: {
      any: [
        { kind: 'variable_declarator' },
        { kind: 'assignment_expression' },
        { kind: 'augmented_assignment_expression' },
      ],
    },
  });
  for (const node of nodes) {
    const target = node.field('name') ?? node.field('left');
    const value = node.field('value') ?? node.field('right');
    if (target === null || value === null || isFunction(value)) continue;
    if (target.is('identifier')) {
      assignments.push({ names: [target.text()], value });
    } else if (target.is('object_pattern') || target.is('array_pattern')) {
      const names = target.text().match(/[\w$]+(?=\s*(?:[,}\]=]|$))/g);
      assignments.push({ names: names ?? [], value });
    }
  }
  return assignments;
}

function isFunction(value: SgNode): boolean {
  return value.is('arrow_function') || value.is('function_expression') || value.is('class');
}

/** Adds names until none is new: `a` from a request, then `b = a + '.txt'`, then `c = join(root, b)`. */
function spread(
  assignments: readonly Assignment[],
  holds: (value: SgNode, names: ReadonlySet<string>) => boolean,
): ReadonlySet<string> {
  const names = new Set<string>();
  let sizeBefore = -1;
  while (names.size !== sizeBefore) {
    sizeBefore = names.size;
    for (const assignment of assignments) {
      if (assignment.names.every((name) => names.has(name))) continue;
      if (holds(assignment.value, names)) for (const name of assignment.names) names.add(name);
    }
  }
  return names;
}

function once<Value>(compute: () => Value): () => Value {
  let value: { readonly computed: Value } | undefined;
  return () => {
    value ??= { computed: compute() };
    return value.computed;
  };
}
