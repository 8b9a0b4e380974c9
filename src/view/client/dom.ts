type Child = Node | string | undefined;

/** An element with its attributes and children. Texts stay texts, whatever is in them. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A number as it is shown. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not computed' : value > 0 ? '∞' : '−∞';
  const text = Math.abs(value) >= 0.001 || value === 0 ? `${Number(value.toPrecision(4))}` : value.toExponential(2);
  return text.replaceAll('-', '−');
}
