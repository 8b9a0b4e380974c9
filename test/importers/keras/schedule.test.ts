import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LayerCall } from '../../../src/importers/keras/calls/collect.js';
import { numberCalls } from '../../../src/importers/keras/calls/number.js';
import type { Reference } from '../../../src/importers/keras/calls/references.js';
import { scheduleCalls } from '../../../src/importers/keras/calls/schedule.js';
import { rulesOf } from '../../../src/importers/keras/rules.js';

/** A call of layer `name` that reads these layers; `x` is there from the start. */
const call = (name: string, reads: readonly string[], index: number): LayerCall => ({
  layer: { name, className: 'Dense', config: {} },
  index,
  call: 0,
  shared: false,
  values: reads.map((read): Reference => [read, 0, 0]),
  masks: [],
});

/** What the schedule must be: of all that is ready always the first one listed. */
function slowly(calls: readonly LayerCall[]): string[] {
  const there = new Set(['x']);
  const waiting = [...calls];
  const order: string[] = [];
  for (;;) {
    const ready = waiting.findIndex(({ values }) => values.every(([name]) => there.has(name)));
    if (ready < 0) return order;
    const [made] = waiting.splice(ready, 1) as [LayerCall];
    order.push(made.layer.name);
    there.add(made.layer.name);
  }
}

it('calls come in the order in which a search for the first that is ready finds them, circles left over', () => {
  const graphs = fc.array(fc.array(fc.nat(15), { maxLength: 4 }), { minLength: 1, maxLength: 16 });
  fc.assert(
    fc.property(graphs, (graph) => {
      const calls = graph.map((reads, index) =>
        call(
          `l${index}`,
          reads.map((read) => (read >= graph.length ? 'x' : `l${read}`)),
          index,
        ),
      );
      const { order, waiting } = scheduleCalls(calls, numberCalls([], calls, [], rulesOf('3.15.1')), ['x/0']);
      const names = order.map(({ layer }) => layer.name);
      expect(names).toEqual(slowly(calls));
      expect(waiting.map(({ layer }) => layer.name)).toEqual(
        calls.map(({ layer }) => layer.name).filter((name) => !names.includes(name)),
      );
    }),
  );
});

it('ten thousand layers that are listed from the last to the first', () => {
  const calls = Array.from({ length: 10_000 }, (_, index) =>
    call(`l${index}`, [index === 9_999 ? 'x' : `l${index + 1}`], index),
  );
  const { order } = scheduleCalls(calls, numberCalls([], calls, [], rulesOf('3.15.1')), ['x/0']);
  expect(order.map(({ index }) => index)).toEqual(calls.map((_, index) => 9_999 - index));
});
