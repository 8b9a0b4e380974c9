/** Numbers in the named tensors, each counted once. */
export function countParameters(
  tensors: Readonly<Record<string, string | undefined>> | object,
  tensor: (name: string) => Float32Array,
): number {
  const names = new Set(Object.values(tensors).filter((name) => name !== undefined) as string[]);
  return [...names].reduce((sum, name) => sum + tensor(name).length, 0);
}
