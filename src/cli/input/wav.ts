import { type FileHandle, open } from 'node:fs/promises';
import { WaveFile } from 'wavefile';
import { InputError } from '../../index.js';
import { readAt } from './bytes.js';
import { type Numbers, type NumbersType, Pieces, type Table } from './table.js';

/** Where things stand in a RIFF file: 'RIFF' size 'WAVE', then chunks of a name, a size and that many bytes, to an even one. */
interface Sound {
  /** 'RIFF' to 'WAVE', and the chunk that says the format. */
  readonly head: Uint8Array;
  readonly channels: number;
  /** Of a sample of all channels. */
  readonly frameBytes: number;
  readonly begin: number;
  readonly frames: number;
}

const REFUSED = 'sound as integers of 8, 16, 24 or 32 bits, or floats of 32 or 64';

/**
 * Sound of a RIFF/WAVE file: one column a channel, one row a sample, in -1 to 1. Only a piece is in memory.
 * @throws {InputError} another file, or sound packed in another way (ADPCM, A-law, µ-law).
 */
export async function openWav(path: string, where: string): Promise<Table> {
  const file = await open(path);
  try {
    const sound = await find(file, where);
    const { channels, frames, frameBytes, begin } = sound;
    return {
      where,
      columns: Array.from({ length: channels }, (_, index) => `${index + 1}`),
      named: false,
      rows: frames,
      async *read(columns, most, numbers) {
        for (let frame = 0; frame < frames; frame += most) {
          const count = Math.min(most, frames - frame);
          const bytes = await readAt(file, begin + frame * frameBytes, count * frameBytes);
          yield samples(sound, bytes, columns, numbers, where);
        }
        await file.close();
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
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
      if (!format || format.length < 24)
        return refuse('a format that is not said', 'a chunk "fmt "', 'none before the data');
      const view = new DataView(format.buffer);
      const [channels, frameBytes] = [view.getUint16(10, true), view.getUint16(20, true)];
      // What is written to a pipe does not know its length.
      const bytes = length === 0xffffffff ? size - at - 8 : length;
      if (at + 8 + bytes > size) refuse('truncated', `${bytes} bytes of sound`, `${size - at - 8}`);
      if (channels === 0 || frameBytes === 0)
        refuse('no sound', REFUSED, `${channels} channels of ${frameBytes} bytes`);
      const head = Uint8Array.from([...riff, ...format]);
      return { head, channels, frameBytes, begin: at + 8, frames: Math.floor(bytes / frameBytes) };
    }
    at += 8 + length + (length % 2);
  }
  return refuse('no sound', 'a chunk "data"', 'none');
}

/** Samples of some channels. */
function samples(
  { head, channels }: Sound,
  bytes: Uint8Array,
  columns: readonly number[],
  numbers: NumbersType,
  where: string,
): Numbers {
  // A small file of this piece alone, for the library to read.
  const file = new Uint8Array(head.length + 8 + bytes.length);
  file.set(head);
  file.set([0x64, 0x61, 0x74, 0x61], head.length);
  file.set(bytes, head.length + 8);
  const view = new DataView(file.buffer);
  view.setUint32(4, file.length - 8, true);
  view.setUint32(head.length + 4, bytes.length, true);
  const [all, bits] = decoded(file, where);
  const [middle, scale] =
    bits.endsWith('f') || bits === '64' ? [0, 1] : [bits === '8' ? 128 : 0, 2 ** (Number(bits) - 1)];
  const frames = all.length / channels;
  const pieces = new Pieces(columns.length, frames, numbers);
  for (let frame = 0; frame < frames; frame++)
    for (const channel of columns) pieces.put(((all[frame * channels + channel] as number) - middle) / scale);
  return pieces.take() as Numbers;
}

/** Interleaved, and in how many bits they were. */
function decoded(file: Uint8Array, where: string): [Float64Array, string] {
  let bits = 'unknown';
  try {
    const wave = new WaveFile(file);
    bits = wave.bitDepth;
    if (/^(8|16|24|32f?|64)$/.test(bits)) return [wave.getSamples(true), bits];
  } catch (cause) {
    throw new InputError('not read', { where, expected: REFUSED, got: (cause as Error).message, cause });
  }
  throw new InputError('not read', { where, expected: REFUSED, got: `the kind ${JSON.stringify(bits)}` });
}
