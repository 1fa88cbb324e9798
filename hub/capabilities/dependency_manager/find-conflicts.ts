import type Arborist from '@npmcli/arborist';
import type { DependencyConflict, DuplicatedPackage } from './dependency-types.js';

/** Edges of a tree that lead nowhere or to a version that does not fit. */
export function findConflicts(root: Arborist.Node): readonly DependencyConflict[] {
  const conflicts: DependencyConflict[] = [];
  for (const node of root.inventory.values()) {
    for (const edge of node.edgesOut.values()) {
      const { error } = edge;
      if (error !== 'MISSING' && error !== 'INVALID') continue;
      conflicts.push({
        kind: error === 'MISSING' ? 'missing' : edge.peer ? 'peer' : 'invalid',
        from: node.isProjectRoot ? (node.packageName ?? '.') : `${node.name}@${node.version}`,
        fromLocation: node.location === '' ? '.' : node.location,
        name: edge.name,
        asked: edge.spec,
        ...(edge.to?.version === undefined ? {} : { found: edge.to.version }),
      });
    }
  }
  return conflicts.sort(
    (a, b) => a.fromLocation.localeCompare(b.fromLocation) || a.name.localeCompare(b.name),
  );
}

/** Packages of a tree that are there in several versions, by name. */
export function findDuplicates(root: Arborist.Node): readonly DuplicatedPackage[] {
  const byName = new Map<string, Map<string, string[]>>();
  for (const node of root.inventory.values()) {
    if (node.isProjectRoot || node.isLink) continue;
    const versions = byName.get(node.packageName) ?? new Map<string, string[]>();
    byName.set(node.packageName, versions);
    versions.set(node.version, [...(versions.get(node.version) ?? []), node.location]);
  }
  return [...byName]
    .filter(([, versions]) => versions.size > 1)
    .map(([name, versions]) => ({
      name,
      versions: [...versions].map(([version, locations]) => ({ version, locations })),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
