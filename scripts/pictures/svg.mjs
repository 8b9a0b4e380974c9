// What the drawings are made of.

const INK = '#1c2026';
const FAINT = '#5c6470';
const LINE = '#8a93a0';

const escaped = (text) => `${text}`.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const short = (n) => `${Math.round(n * 100) / 100}`;

/** A drawing on white, which pages in the dark have too. */
export const drawing = (width, height, label, ...parts) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="${LINE}"/></marker></defs>
<rect width="${width}" height="${height}" rx="10" fill="#fff"/>
${parts.flat(9).join('\n')}
</svg>
`;

export const text = (x, y, words, { size = 13, anchor = 'middle', bold = false, faint = false, angle = 0 } = {}) =>
  `<text x="${short(x)}" y="${short(y)}" font-size="${size}" text-anchor="${anchor}" fill="${faint ? FAINT : INK}"${bold ? ' font-weight="600"' : ''}${angle ? ` transform="rotate(${angle} ${short(x)} ${short(y)})"` : ''}>${escaped(words)}</text>`;

/** A line through points, with a head at its end. */
export const arrow = (...points) =>
  `<path d="M${points.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}" fill="none" stroke="${LINE}" stroke-width="1.5" marker-end="url(#head)"/>`;

export const line = (colour, points, dashed = false) =>
  `<path d="M${points.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}" fill="none" stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="4 4"' : ''}/>`;

export const dot = (x, y, colour, radius = 4) =>
  `<circle cx="${short(x)}" cy="${short(y)}" r="${radius}" fill="${colour}"/>`;

/** A frame around a thing that is spoken of. */
export const frame = (x, y, width, height, colour = INK, rounding = 3) =>
  `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" rx="${rounding}" fill="none" stroke="${colour}" stroke-width="2"/>`;

/** One number a cell, from top to bottom. */
export const column = (x, y, width, height, values) =>
  [...values].map((value, at) => {
    const top = y + at * height;
    return `<rect x="${short(x)}" y="${short(top)}" width="${short(width)}" height="${short(height)}" fill="${shade(value)}"/>`;
  });

/** Blue below zero, orange above it, as the heat maps have it. */
export function shade(value) {
  const end = value < 0 ? [33, 102, 172] : [179, 88, 6];
  const part = Math.min(Math.abs(value), 1) ** 0.8;
  return `rgb(${end.map((channel) => Math.round(247 + part * (channel - 247))).join(' ')})`;
}

/** Its colours, from −1 to 1. */
export const key = (x, y) => [
  text(x - 8, y + 9, '−1', { size: 11, anchor: 'end', faint: true }),
  Array.from({ length: 41 }, (_, n) => column(x + n * 3, y, 3.2, 10, [(n - 20) / 20])),
  text(x + 131, y + 9, '1', { size: 11, anchor: 'start', faint: true }),
];
