/** A message of an object header: where its content begins. */
export type Messages = (type: number) => readonly number[];

/** How elements are stored. */
export interface Type {
  /** As NumPy writes it, `f4`; `S8` for texts of eight bytes, `vlen` for texts elsewhere. */
  readonly name: string;
  readonly bytes: number;
  readonly little: boolean;
}

export function typeAt(view: DataView, position: number): Type {
  const [kind, bits, bytes] = [
    view.getUint8(position) & 15,
    view.getUint8(position + 1),
    view.getUint32(position + 4, true),
  ];
  const letter = kind === 0 ? (bits & 8 ? 'i' : 'u') : kind === 1 ? 'f' : kind === 3 ? 'S' : undefined;
  const name = letter ? `${letter}${bytes}` : kind === 9 && (bits & 15) === 1 ? 'vlen' : `class ${kind}`;
  return { name, bytes, little: (bits & 1) === 0 };
}

/** Sizes of a dataspace message, version 1 or 2. */
export function shapeAt(view: DataView, position: number): number[] {
  const begin = position + (view.getUint8(position) === 1 ? 8 : 4);
  return Array.from({ length: view.getUint8(position + 1) }, (_, axis) =>
    Number(view.getBigUint64(begin + 8 * axis, true)),
  );
}

export const product = (sizes: readonly number[]): number => sizes.reduce((all, n) => all * n, 1);
