import { BANDS } from './bands.mjs';

const SHADES = ' ░▒▓█';
const COLUMNS = 90;

/**
 * Gains as shades: a line a band, the highest above, time to the right; below them where somebody speaks, as the network hears it and as it is.
 * @param frames `{ gains, vad, speaks }` of each frame.
 */
export function gainChart(frames) {
  const columns = Array.from({ length: Math.min(COLUMNS, frames.length) }, (_, c) =>
    frames.slice(
      Math.floor((c * frames.length) / COLUMNS),
      Math.max(1, Math.floor(((c + 1) * frames.length) / COLUMNS)),
    ),
  );
  const line = (name, value) => {
    const shades = columns.map((column) => {
      const mean = column.reduce((sum, frame) => sum + value(frame), 0) / column.length;
      return SHADES[Math.min(SHADES.length - 1, Math.floor(mean * SHADES.length))];
    });
    return `${name.padStart(9)} ${shades.join('')}`;
  };
  return [
    ...BANDS.map((hertz, band) => line(`${hertz} Hz`, ({ gains }) => gains[band])).reverse(),
    '',
    line('a voice', ({ vad }) => vad),
    line('spoken', ({ speaks }) => (speaks ? 1 : 0)),
  ].join('\n');
}
