/** What a place of a JSON document may become. */
export type Change =
  | { readonly kind: 'remove' | 'repeat' }
  /** What stands at another place. */
  | { readonly kind: 'move'; readonly from: number }
  | { readonly kind: 'put'; readonly value: unknown };

type Place = readonly [parent: Record<string, unknown>, key: string];

/** Every value inside a document, by its parent and key. */
function places(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    const parent = value as Record<string, unknown>;
    found.push([parent, key]);
    places(parent[key], found);
  }
  return found;
}

/** A document with some places changed; those are counted round its end. */
export function altered(document: unknown, changes: readonly (readonly [at: number, change: Change])[]): unknown {
  const copy = structuredClone(document);
  for (const [at, change] of changes) {
    const all = places(copy);
    const [parent, key] = all[at % Math.max(1, all.length)] ?? [];
    if (!parent || key === undefined) continue;
    switch (change.kind) {
      case 'remove':
        if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else delete parent[key];
        break;
      case 'repeat':
        if (Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(parent[key]));
        else parent[`${key}_`] = structuredClone(parent[key]);
        break;
      case 'move': {
        const [from, other] = all[change.from % all.length] as Place;
        parent[key] = structuredClone(from[other]);
        break;
      }
      case 'put':
        parent[key] = structuredClone(change.value);
    }
  }
  return copy;
}
