import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import {
  fromSafetensors,
  readSafetensors,
  toSafetensors,
  writeSafetensors,
} from '../../../src/importers/safetensors/index.js';
import { createModel, type Int8TensorSpec } from '../../../src/index.js';
import { expectSameBits } from '../../support/bits.js';
import { int8Spec } from '../../support/int8.js';
import { randomFloats, stack } from '../../support/random.js';

const floats = stack('lstm', 64, 64, 2);
const spec = int8Spec(floats);

/** The file with its metadata's spec changed. */
function withInt8(change: (names: Record<string, unknown>) => unknown): Uint8Array {
  const { tensors, metadata } = readSafetensors(toSafetensors(spec), { integers: true });
  const { int8, ...rest } = JSON.parse(metadata.gatewise as string);
  const bytes = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: spec.int8?.[name] ? Int8Array.from(data) : data },
    ]),
  );
  return writeSafetensors(bytes, { gatewise: JSON.stringify({ ...rest, int8: change(int8) }) });
}

describe('int8 weights in a file of ours', () => {
  it('come back bit for bit, in a quarter of the bytes', async () => {
    const bytes = toSafetensors(spec);
    const back = fromSafetensors(bytes);
    expect(back).toEqual(spec);
    expect(bytes.length / toSafetensors(floats).length).toBeLessThan(0.3);
    const x = randomFloats(640, 1);
    expectSameBits((await createModel(back)).run(x), (await createModel(spec)).run(x));
  });

  it('whatever names there are already', () => {
    const [name, tensor] = Object.entries(spec.int8 ?? {})[0] as [string, Int8TensorSpec];
    const taken = { shape: [1], data: Float32Array.of(3) };
    const strange = {
      ...spec,
      tensors: { ...spec.tensors, [`${name}.scales`]: taken },
      int8: { ...spec.int8, [`${name}.scales_`]: tensor },
    };
    expect(fromSafetensors(toSafetensors(strange))).toEqual(strange);
  });

  it.each<[string, (names: Record<string, unknown>) => unknown, string]>([
    ['no record', () => 3, 'not a field of a model'],
    [
      'no such tensor',
      (names) => ({ ...names, other: 'a' }),
      'int8: no such tensor in the file; expected a name, got "other"',
    ],
    [
      'no such scales',
      (names) => ({ ...names, 'lstm0.ih': 7 }),
      'int8: no such tensor in the file; expected a name, got 7',
    ],
    [
      'floats',
      (names) => ({ ...names, 'lstm0.bih': 'lstm0.bhh' }),
      'tensor "lstm0.bih": another type; expected I8, got F32',
    ],
    [
      'int8 scales',
      (names) => ({ ...names, 'lstm0.ih': 'lstm0.hh' }),
      'tensor "lstm0.hh": another type; expected F32, got I8',
    ],
    ['int8 that is none of the model', () => ({}), 'tensor "lstm0.ih": a type that is not for weights'],
  ])('refuses %s', (_, change, message) => {
    const bytes = withInt8(change);
    expect(() => fromSafetensors(bytes)).toThrow(ImportError);
    expect(() => fromSafetensors(bytes)).toThrow(message);
  });

  it('other arrays are not written', () => {
    expect(() => writeSafetensors({ t: { shape: [2], data: new Uint8Array(2) as never } })).toThrow(
      'tensor "t": not float32 or int8; expected a Float32Array or an Int8Array, got Uint8Array',
    );
  });
});
