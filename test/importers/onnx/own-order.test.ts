import { describe, expect, it } from 'vitest';
import { fromOnnx, readOnnx } from '../../../src/importers/onnx/index.js';
import { createModel, InputError } from '../../../src/index.js';
import { builds } from '../../support/builds.js';
import { part } from '../../support/thorough.js';
import { bytes, type Case, check, checkCalls, fed, recorded, sizesOf } from './recorded.js';

// Files whose axes are not the model's, whose times are several, whose state goes through inputs and outputs, whose numbers lie beside them: what is
// given and what comes out has the file's own shapes.

const byName = (cases: readonly Case[]) => cases.map((one) => [one.name, one] as const);
const first = builds[0] as (typeof builds)[0];

describe.each(['time-first', 'time-first-old', 'times', 'external'])('ONNX files in their own order: %s', (name) => {
  it.each(byName(part(recorded(name), 2)))('%s', async (_, one) => {
    for (const build of name === 'time-first' ? builds : [first]) await check(one, build, one.options, one.runs);
  });
});

describe('ONNX, the file has its time first', () => {
  const of = (name: string): Case => recorded('time-first').find((one) => one.name === name) as Case;

  it('flat numbers, nested ones and flat results are rows of timesteps all the same', async () => {
    const one = of('legacy_lstm_rows_open');
    const model = await createModel(fromOnnx(bytes(one)));
    const run = one.runs[0] as Case['runs'][0];
    const { batch, time } = run;
    const { x } = fed(['x'], run.inputs, sizesOf(run));
    const turn = (data: ArrayLike<number>, features: number): Float32Array =>
      Float32Array.from({ length: data.length }, (_, i) => {
        const [b, t, f] = [Math.floor(i / (time * features)), Math.floor(i / features) % time, i % features];
        return data[(t * batch + b) * features + f] as number;
      });
    const given = turn(x?.data as Float32Array, 4);
    const out = model.runNamed({ x: x as NonNullable<typeof x> }).y;
    expect([out?.shape, out?.axes]).toEqual([
      [time, batch, 2],
      ['time', 'batch', 2],
    ]);
    expect(model.run(given, { batch })).toEqual(turn(out?.data as Float32Array, 2));
    const rows = Array.from({ length: batch }, (_, b) =>
      Array.from({ length: time }, (__, t) => [...given.subarray((b * time + t) * 4, (b * time + t + 1) * 4)]),
    );
    expect(model.run(rows)).toEqual(model.run(given, { batch }));
  });

  it('the model, the spec and the report say so', async () => {
    const { spec, report } = readOnnx(bytes(of('legacy_lstm_one_row')));
    expect(spec.layouts).toEqual({
      x: { axes: ['time', 'batch', 4], batch: 1 },
      y: { axes: ['time', 'batch', 2], batch: 1 },
    });
    expect(report.notes).toContain('input "x": with a shape, its axes are the file\'s own: [time, 1, 4]');
    expect(report.notes).toContain('output "y": with a shape, its axes are the file\'s own: [time, 1, 2]');
    const model = await createModel(spec);
    expect(model.inputs).toMatchObject([{ name: 'x', axes: ['time', 'batch', 4], batch: 1 }]);
    expect(model.outputs).toMatchObject([{ name: 'y', axes: ['time', 'batch', 2] }]);
  });

  it('a shape that is not the file’s is refused, naming its order; a batch that it fixes holds', async () => {
    const model = await createModel(fromOnnx(bytes(of('legacy_lstm_one_row'))));
    const given = (...shape: number[]) => model.run({ data: new Float32Array(shape.reduce((a, b) => a * b)), shape });
    for (const shape of [
      [9, 2, 4],
      [2, 9, 4],
      [9, 1, 3],
    ]) {
      expect(() => given(...shape)).toThrow(InputError);
      expect(() => given(...shape)).toThrow(/input "x": wrong shape; expected \[time, 1, 4\] \(the file's own order\)/);
    }
    expect(given(9, 1, 4)).toHaveLength(18);
    // Ours, which can mean nothing else here.
    expect(given(1, 9, 4)).toEqual(given(9, 1, 4));
  });
});

describe.each(['states', 'states-old', 'frames'])('ONNX files that hand on their state: %s', (name) => {
  it.each(byName(recorded(name)))('%s', async (_, one) => {
    await check(one, first, one.options, one.runs);
    await checkCalls(one, first);
  });
});
