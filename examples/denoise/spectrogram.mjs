// Spectrograms of clips below one another, as an SVG.
import { fourier } from './fft.mjs';

const [WINDOW, HOP] = [512, 128];
const [LEFT, TOP, HIGH, GAP, BELOW] = [64, 36, 200, 44, 40];
const WIDE = 860;
/** dB below the loudest of all clips that is shown as the darkest colour. */
const RANGE = 70;
// From dark to bright, in even steps; told apart without colour as well.
const COLOURS = [
  [8, 7, 30],
  [58, 18, 101],
  [120, 28, 109],
  [186, 54, 85],
  [237, 105, 37],
  [252, 179, 35],
  [252, 255, 200],
];

/** 256 colours between those. */
const palette = Array.from({ length: 256 }, (_, n) => {
  const at = (n / 255) * (COLOURS.length - 1);
  const low = Math.min(Math.floor(at), COLOURS.length - 2);
  return COLOURS[low].map((from, channel) => Math.round(from + (at - low) * (COLOURS[low + 1][channel] - from)));
});

/** Decibels by frame and frequency, the lowest first. */
function decibels(samples) {
  const transform = fourier(WINDOW);
  const [re, im] = [new Float64Array(WINDOW), new Float64Array(WINDOW)];
  return Array.from({ length: Math.max(1, Math.floor((samples.length - WINDOW) / HOP) + 1) }, (_, frame) => {
    for (let n = 0; n < WINDOW; n++) {
      re[n] = (samples[frame * HOP + n] ?? 0) * Math.sin((Math.PI * (n + 0.5)) / WINDOW) ** 2;
      im[n] = 0;
    }
    transform(re, im);
    return Float64Array.from({ length: WINDOW / 2 }, (_, k) => 10 * Math.log10(re[k] ** 2 + im[k] ** 2 + 1e-12));
  });
}

/** A bitmap file (BMP) of 256 colours, whose rows go from the bottom up, as frequencies do. */
function bitmap(width, height, colourAt) {
  const row = Math.ceil(width / 4) * 4;
  const pixels = 54 + 4 * palette.length;
  const file = Buffer.alloc(pixels + row * height);
  file.write('BM', 0, 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(pixels, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(8, 28); // bits
  file.writeUInt32LE(palette.length, 46);
  palette.forEach(([red, green, blue], n) => {
    file.set([blue, green, red], 54 + 4 * n);
  });
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) file[pixels + y * row + x] = colourAt(x, y);
  return file;
}

const escaped = (text) => text.replace(/[&<>]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[letter]);

/**
 * @param clips `{ title, samples }` each, all of one length.
 * @param rate samples per second.
 * @returns the SVG, a text. All clips have the same colours: the brightest is the loudest of all.
 */
export function spectrograms(clips, rate) {
  const values = clips.map(({ samples }) => decibels(samples));
  const most = values
    .flat()
    .reduce((most, frame) => frame.reduce((a, b) => Math.max(a, b), most), Number.NEGATIVE_INFINITY);
  const seconds = clips[0].samples.length / rate;
  const height = TOP + clips.length * (HIGH + GAP) + BELOW - GAP;
  const marks = (limit, every) => Array.from({ length: Math.floor(limit / every) + 1 }, (_, n) => n * every);
  const parts = clips.flatMap(({ title }, index) => {
    const y = TOP + index * (HIGH + GAP);
    const frames = values[index];
    const image = bitmap(frames.length, WINDOW / 2, (frame, bin) =>
      Math.max(0, Math.min(255, Math.round(255 * (1 + (frames[frame][bin] - most) / RANGE)))),
    );
    return [
      `<text x="${LEFT}" y="${y - 10}" class="title">${escaped(title)}</text>`,
      `<image x="${LEFT}" y="${y}" width="${WIDE}" height="${HIGH}" preserveAspectRatio="none" href="data:image/bmp;base64,${image.toString('base64')}"/>`,
      ...marks(rate / 2000, 2).map((kilohertz) => {
        const at = y + HIGH * (1 - (2000 * kilohertz) / rate);
        return `<path d="M${LEFT - 5} ${at}h5"/><text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${kilohertz} kHz</text>`;
      }),
    ];
  });
  const times = marks(seconds, seconds > 12 ? 2 : 1).map((second) => {
    const [at, y] = [LEFT + (WIDE * second) / seconds, TOP + clips.length * (HIGH + GAP) - GAP];
    return `<path d="M${at.toFixed(1)} ${y}v5"/><text x="${at.toFixed(1)}" y="${y + 20}" text-anchor="middle">${second} s</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDE + 20}" height="${height}" font-family="system-ui, sans-serif" font-size="12" role="img">
<title>${escaped(clips.map(({ title }) => title).join('; '))}</title>
<style>text{fill:#222}.title{font-size:14px;font-weight:600}path{stroke:#222}</style>
<rect width="100%" height="100%" fill="#fff"/>
${[...parts, ...times].join('\n')}
</svg>
`;
}
