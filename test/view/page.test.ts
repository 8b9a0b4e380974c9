import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { decode } from '../../src/view/codes.js';
import type { Contents } from '../../src/view/contents.js';
import { type LayersTrace, traceLayers, tracePage } from '../../src/view/index.js';
import type { CodedBins } from '../../src/view/page.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

/** The data in a page, as its script reads it. */
function contentsOf(html: string): Contents<CodedBins> {
  const [, json = ''] = /<script type="application\/json" id="contents">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json);
}

const x = randomFloats(2 * 10 * 3, 1);

describe('tracePage', () => {
  it('has every number to the fifth digit, of the row that was asked for', async () => {
    const traced = await traceLayers(stack('lstm', 3, 20), x, { batch: 2, time: false });
    const { sections, title, compared } = contentsOf(tracePage(traced, { title: 'Twenty units', row: 1 }));
    expect([title, compared, sections.map(({ name }) => name)]).toEqual([
      'Twenty units',
      false,
      ['x', 'lstm0', 'head'],
    ]);
    for (const [at, { pictures }] of sections.entries()) {
      for (const [index, { bins, scale }] of pictures.entries()) {
        const map = traced.layers[at]?.maps[index];
        const { low } = decode(bins);
        expect([bins.columns, bins.rows, bins.high]).toEqual([10, map?.rows, undefined]);
        for (let column = 0; column < 10; column++) {
          for (let row = 0; row < bins.rows; row++) {
            const value = map?.data[(10 + column) * bins.rows + row] as number;
            expect(Math.abs((low[row * 10 + column] as number) - value)).toBeLessThan(
              1.6e-5 * (scale.high - scale.low),
            );
          }
        }
      }
    }
    expect(sections[1]?.facts).toEqual([
      ['output', 'time × 20'],
      ['units', '20'],
      ['parameters', '2,000'],
      ['multiply-adds a timestep', '1,840'],
    ]);
    expect(sections[1]?.words).toContain('is an LSTM with 20 units');
  });

  it('counts nothing where there is nothing to count', async () => {
    const spec = new SpecBuilder(1).add({ type: 'softmax', name: 's', inputs: ['x'] }).spec(3);
    const { sections } = contentsOf(tracePage(await traceLayers(spec, x, { time: false })));
    expect(sections.map(({ facts }) => facts)).toEqual([[['values', 'time × 3']], [['output', 'time × 3']]]);
  });

  it('shares the time out among the layers', async () => {
    const { sections } = contentsOf(tracePage(await traceLayers(stack('gru', 3, 6, 2), x)));
    const shares = sections.map(({ share }) => share);
    expect(shares[0]).toBeUndefined();
    expect(shares.slice(1).reduce((sum: number, share) => sum + (share ?? Number.NaN), 0)).toBeCloseTo(1, 9);
    expect(sections[1]?.facts.at(-1)).toEqual(['time of a run', expect.stringMatching(/^[\d,.]+ µs$/)]);
  });

  it('stays below 5 MB for 10,000 timesteps of 512 units, with every extreme in it', () => {
    const [columns, rows] = [10_000, 512];
    const data = new Float32Array(columns * rows);
    data[1234 * rows + 77] = 0.75;
    data[1235 * rows + 77] = -0.5;
    const map = (name: string) => ({ name, meaning: '', kind: 'gate', data, columns, rows, clock: 'time' }) as const;
    const layer = { name: 'lstm', type: 'lstm', output: '', units: rows, parameters: 0, multiplyAdds: 0, words: '' };
    const traced: LayersTrace = { batch: 1, layers: [{ ...layer, maps: ['i', 'f', 'g', 'o', 'c', 'h'].map(map) }] };
    const html = tracePage(traced);
    expect(html.length).toBeLessThan(5_000_000);
    const bins = contentsOf(html).sections[0]?.pictures[5]?.bins as CodedBins;
    const { low, high } = decode(bins);
    expect(low.length).toBeGreaterThan(100_000);
    const at =
      Math.floor(77 / bins.rowsPerBin) * Math.ceil(columns / bins.columnsPerBin) +
      Math.floor(1234 / bins.columnsPerBin);
    expect(high[at]).toBeCloseTo(0.75, 4);
    expect(Math.min(...[low[at], low[at + 1]].map(Number))).toBeCloseTo(-0.5, 4);
    expect(high.filter((n) => n > 0.1).length).toBe(1);
  });

  it('takes names from files for what they are', async () => {
    const evil = '</script><img src=x onerror="alert(1)"><!--';
    const spec = stack('rnn', 3, 2);
    const nodes = spec.nodes.map((node) =>
      node.type === 'rnn' ? { ...node, name: evil } : { ...node, inputs: [evil] },
    );
    const html = tracePage(await traceLayers({ ...spec, nodes } as ModelSpec, x, { time: false }), {
      title: `<b>${evil}&amp;`,
    });
    // Besides the page's own, and its doctype.
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html.match(/<!/g)).toHaveLength(1);
    expect(html).not.toContain('<img');
    expect(html).toContain('<title>&lt;b&gt;&lt;/script&gt;');
    expect(contentsOf(html).sections[1]?.name).toBe(evil);
  });

  it('asks for nothing: all that it runs is in it, and its policy forbids more', async () => {
    const html = tracePage(await traceLayers(stack('rnn', 3, 2), x, { time: false }));
    expect(html).toContain(
      `content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"`,
    );
    expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
    // As its licence wants wherever it goes.
    expect(html).toMatch(/uPlot [\d.]+\nThe MIT License[\s\S]*Leon Sorokin/);
  });
});

describe('two traces', () => {
  const spec = stack('lstm', 3, 8);
  it('stand beside one another, with their difference', async () => {
    const [a, b] = [await traceLayers(spec, x, { batch: 2 }), await traceLayers(int8Spec(spec), x, { batch: 2 })];
    const { sections, compared } = contentsOf(tracePage(a, { against: b, labels: ['f32', 'int8'] }));
    expect(compared).toBe(true);
    const [ours, theirs, less] = (sections[1]?.pictures.slice(-3) ?? []).map(({ name, meaning, scale, bins }) => ({
      name,
      meaning,
      scale,
      ...decode(bins),
    }));
    expect([ours?.name, theirs?.name, less?.name]).toEqual(['h of f32', 'h of int8', 'h f32 − int8']);
    expect(ours?.scale).toEqual(theirs?.scale);
    const h = [a, b].map(({ layers }) => layers[1]?.maps.at(-1)?.data as Float32Array) as [Float32Array, Float32Array];
    const exact = Array.from({ length: 80 }, (_, at) => (h[0][at] as number) - (h[1][at] as number));
    const most = Math.max(...exact.map(Math.abs));
    expect(most).toBeGreaterThan(0);
    expect(less?.scale).toEqual({ type: 'diverging', low: -Math.fround(most), high: Math.fround(most) });
    exact.forEach((value, at) => {
      expect(Math.abs((less?.low[(at % 8) * 10 + Math.floor(at / 8)] as number) - value)).toBeLessThan(most / 30_000);
    });
    const at = exact.findIndex((value) => Math.abs(value) === most);
    expect(less?.meaning).toBe(
      `at most ${Number(Math.fround(most).toPrecision(3))}, at ${Math.floor(at / 8)}, ${at % 8}`,
    );
    expect(sections[1]?.facts.map(([name]) => name)).toContain('time of a run, int8');
    const same = contentsOf(tracePage(a, { against: a })).sections[1]?.pictures[2];
    expect([same?.name, same?.meaning]).toEqual(['i A − B', 'no difference']);
  });

  it('are refused by name where layers or shapes differ', async () => {
    const trace = (one: ModelSpec, input: Float32Array = x, batch = 2) =>
      traceLayers(one, input, { batch, time: false });
    const a = await trace(spec);
    const against = async (b: Promise<LayersTrace>) => tracePage(a, { against: await b });
    await expect(against(trace(stack('lstm', 3, 9)))).rejects.toThrow(
      'layer "lstm0", i: cannot be compared: another shape; expected 10 × 8, got 10 × 9',
    );
    await expect(against(trace(stack('gru', 3, 8)))).rejects.toThrow(
      /layers: cannot be compared: other layers; expected "x", "lstm0", "head", got "x", "gru0", "head"/,
    );
    await expect(against(trace(spec, x.subarray(0, 24)))).rejects.toThrow(
      /layer "x", x: .*another shape; expected 10 × 3, got 4 × 3/,
    );
    await expect(against(trace(spec, x.subarray(0, 30), 1))).rejects.toThrow(
      'batch: cannot be compared: rows of two numbers; expected 2, got 1',
    );
    const renamed = JSON.parse(
      JSON.stringify(spec.nodes).replaceAll('"type":"dense"', '"type":"activation"'),
    ) as ModelSpec['nodes'];
    const other = {
      ...a,
      layers: a.layers.map((layer) => ({
        ...layer,
        type: renamed.find(({ name }) => name === layer.name)?.type ?? layer.type,
      })),
    };
    expect(() => tracePage(a, { against: other })).toThrow(
      'layer "head": cannot be compared: another type of layer; expected dense, got activation',
    );
  });
});

describe('options', () => {
  it('are refused by name', async () => {
    const model = await createModel(stack('rnn', 3, 2));
    const trace = model.trace(x, { batch: 2 });
    expect(tracePage(trace, { model })).toContain('rnn0');
    expect(() => tracePage(trace)).toThrow('trace: not to be read without its model; expected { model }, got none');
    expect(() => tracePage([] as never)).toThrow(/trace: not a trace/);
    expect(() => tracePage(trace, { model, row: 2 })).toThrow('row: no such row; expected 0 to 1, got 2');
    expect(() => tracePage(trace, { model, titel: '' } as never)).toThrow(
      'view: unknown option "titel"; expected model, title, against, labels, row, got titel',
    );
    expect(() => tracePage(trace, { model, title: 1 } as never)).toThrow(
      'title: not a text; expected a string, got number',
    );
  });
});
