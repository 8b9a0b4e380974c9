/** A number as it is shown. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not computed' : value > 0 ? '∞' : '−∞';
  const text = Math.abs(value) >= 0.001 || value === 0 ? `${Number(value.toPrecision(4))}` : value.toExponential(2);
  return text.replaceAll('-', '−');
}
