import type { Op, PlanContext, ValueBuffer } from '../layer.js';

/** Joins values of as many rows: side by side, or by an elementwise operation of the kernels' from the left to the right. */
export function joinValues(
  { kernels }: PlanContext,
  operation: number | undefined,
  values: readonly ValueBuffer[],
  y: ValueBuffer,
): Op[] {
  const [first, ...rest] = values as [ValueBuffer, ...ValueBuffer[]];
  if (operation !== undefined) {
    return rest.map((x, index) => {
      const left = index === 0 ? first.address : y.address;
      return () => kernels.binary(operation, left, x.address, y.address, (y.rows * y.stride) / 16);
    });
  }
  let end = y.address;
  return values.map(({ address, stride, rows, features }) => {
    const to = end;
    end += features * 4;
    return () => kernels.copyRows(address, stride, to, y.stride, rows, features);
  });
}
