import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../index.js';
import { type RowPlaces, readAt, rowsAt, withFile } from './bytes.js';
import { type Numbers, type NumbersType, numbered, Pieces, type Table } from './table.js';

/** Where things stand in a RIFF file: 'RIFF' size 'WAVE', then chunks of a name, a size and that many bytes, to an even one. */
interface Sound extends RowPlaces {
  readonly channels: number;
  readonly sampleBytes: number;
  readonly read: (view: DataView, at: number) => number;
}

type Four = [number, number, number, number];

/** How samples are read, in -1 to 1, by the tag of their kind and their bits. */
const READS: ReadonlyMap<string, (view: DataView, at: number) => number> = new Map([
  ['1.8', (view: DataView, at: number) => view.getUint8(at) / 128 - 1],
  ['1.16', (view, at) => view.getInt16(at, true) / 2 ** 15],
  ['1.24', (view, at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 2 ** 23],
  ['1.32', (view, at) => view.getInt32(at, true) / 2 ** 31],
  ['3.32', (view, at) => view.getFloat32(at, true)],
  ['3.64', (view, at) => view.getFloat64(at, true)],
]);
const SOUND = 'whole numbers of 8, 16, 24 or 32 bits, or floats of 32 or 64';
const EXTENSIBLE = 0xfffe;

/**
 * Sound of a RIFF/WAVE file: one column a channel, one row a sample, in -1 to 1. Only a piece is in memory.
 * @throws {InputError} another file, or sound packed in another way (ADPCM, A-law, µ-law).
 */
export async function openWav(path: string, where: string): Promise<Table> {
  const sound = await withFile(path, (file) => find(file, where));
  return {
    where,
    columns: numbered(sound.channels),
    named: false,
    rows: sound.rows,
    async *read(columns, most, numbers) {
      for await (const bytes of rowsAt(path, sound, most)) yield samples(sound, bytes, columns, numbers);
    },
  };
}

async function find(file: FileHandle, where: string): Promise<Sound> {
  const refuse = (message: string, expected: string, got: string): never => {
    throw new InputError(message, { where, expected, got });
  };
  const { size } = await file.stat();
  const riff = await readAt(file, 0, 12);
  const name = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (name(riff, 0) !== 'RIFF' || name(riff, 8) !== 'WAVE') refuse('not a WAVE file', 'RIFF … WAVE', 'other bytes');
  let format: Uint8Array | undefined;
  for (let at = 12; at + 8 <= size; ) {
    const header = await readAt(file, at, 8);
    const length = new DataView(header.buffer).getUint32(4, true);
    if (name(header, 0) === 'fmt ') format = await readAt(file, at, Math.min(8 + length, 256));
    if (name(header, 0) === 'data') {
      // What is written to a pipe does not know its length.
      const bytes = length === 0xffffffff ? size - at - 8 : length;
      if (at + 8 + bytes > size) refuse('truncated', `${bytes} bytes of sound`, `${size - at - 8}`);
      if (!format || format.length < 24)
        return refuse('a format that is not said', 'a chunk "fmt "', 'none before the data');
      const sound = soundOf(format, refuse);
      return { ...sound, begin: at + 8, rows: Math.floor(bytes / sound.rowBytes) };
    }
    at += 8 + length + (length % 2);
  }
  return refuse('no sound', 'a chunk "data"', 'none');
}

/**
 * What the chunk of the format says: name, size, tag, channels, samples and bytes a second, bytes a frame, bits a sample.
 * WAVE_FORMAT_EXTENSIBLE has the tag of its kind at the beginning of a GUID behind these.
 */
function soundOf(
  format: Uint8Array,
  refuse: (message: string, expected: string, got: string) => never,
): Omit<Sound, 'begin' | 'rows'> {
  const view = new DataView(format.buffer, format.byteOffset, format.length);
  const [said, channels, frameBytes, bits] = [8, 10, 20, 22].map((at) => view.getUint16(at, true)) as Four;
  const tag = said === EXTENSIBLE && format.length >= 34 ? view.getUint16(32, true) : said;
  const read = READS.get(`${tag}.${bits}`);
  if (!read) return refuse('a kind of sound that is not read', SOUND, `tag ${tag} of ${bits} bits`);
  if (channels === 0 || frameBytes * 8 !== channels * bits)
    refuse('sizes that contradict one another', `${channels} channels of ${bits} bits`, `${frameBytes} bytes`);
  return { channels, rowBytes: frameBytes, sampleBytes: bits / 8, read };
}

/** Samples of some channels. */
function samples(sound: Sound, bytes: Uint8Array, channels: readonly number[], numbers: NumbersType): Numbers {
  const { rowBytes, sampleBytes, read } = sound;
  const frames = bytes.length / rowBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const pieces = new Pieces(channels.length, frames, numbers);
  for (let frame = 0; frame < frames; frame++)
    for (const channel of channels) pieces.put(read(view, frame * rowBytes + channel * sampleBytes));
  return pieces.take() as Numbers;
}
