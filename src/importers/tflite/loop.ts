import type { Graph } from '../onnx/proto/messages.js';
import { refuse } from '../shared/refuse.js';
import { graph, valueInfo } from '../translated/messages.js';
import { Builder } from './builder.js';
import { wholesOf } from './constants.js';
import type { TfGraph } from './model.js';
import type { Site } from './site.js';
import { makersOf, plain, writeOf } from './written.js';

// `WHILE` as ONNX' Loop. Both carry values from step to step; ONNX' also collects, where the converter carries a list that each step writes one row
// of. What becomes of the loop (a recurrent layer, or nothing that is honoured) is decided where ONNX' loops are.

/** How a carried value goes on. */
type Carried =
  /** Carried in ONNX as well. */
  | { readonly kind: 'state' }
  /** A list: what is written at each step is collected. */
  | { readonly kind: 'list'; readonly item: number }
  /** Made anew of another carried value at each step, but for its axes. */
  | { readonly kind: 'last'; readonly of: number };

/** Translates a subgraph's operators. */
type AddOperators = (builder: Builder, wanted: readonly number[]) => void;

export function whileLoop(site: Site, addOperators: AddOperators): void {
  const { options, builder, operator } = site;
  options.expect('While');
  const [condition, body] = [0, 1].map((field) => {
    const number = options.int(field, field === 0 ? 'cond_subgraph_index' : 'body_subgraph_index');
    return (
      builder.file.model.graphs[number] ??
      refuse(site.where, 'a subgraph that is not there', 'one of the file', `${number}`)
    );
  }) as [TfGraph, TfGraph];
  const count = operator.inputs.length;
  for (const given of [operator.outputs, body.inputs, body.outputs, condition.inputs])
    if (given.length !== count) refuse(site.where, 'a loop that does not fit', `${count} values`, `${given.length}`);
  const carried = body.inputs.map((input, i) => carriedAs(body, condition, input, i));
  const kept = carried.flatMap(({ kind }, i) => (kind === 'state' ? [i] : []));
  const lists = carried.flatMap((own, i) => (own.kind === 'list' ? [{ i, item: own.item }] : []));
  const inner = bodyOf(
    site,
    condition,
    body,
    kept,
    lists.map(({ item }) => item),
    addOperators,
  );
  // A list has one row for each step, or what is left of it would be zeros.
  const names = operator.outputs.map((_, i) => site.outputName(i));
  const outputs = [...kept, ...lists.map(({ i }) => i)].map((i) => names[i] as string);
  builder.add('Loop', site.source, ['', '', ...kept.map((i) => site.float(i))], outputs, { body: { g: inner } });
  carried.forEach((own, i) => {
    if (own.kind !== 'last') return;
    const shape = builder.tensor(operator.outputs[i] as number).shape;
    builder.add(
      'Reshape',
      site.source,
      [names[own.of] as string, builder.integers(`${names[i]}.shape`, shape)],
      [names[i] as string],
    );
  });
}

function carriedAs(body: TfGraph, condition: TfGraph, input: number, i: number): Carried {
  const result = body.outputs[i] as number;
  const looked = condition.operators.some(({ inputs }) => inputs.includes(condition.inputs[i] as number));
  const read = body.operators.some(({ inputs }) => inputs.includes(input));
  if (looked || result === input) return { kind: 'state' };
  const makers = makersOf(body);
  if (!read) {
    const source = plain(makers, result);
    const of = body.outputs.indexOf(source);
    return of >= 0 && of !== i ? { kind: 'last', of } : { kind: 'state' };
  }
  // The place is a counter of the loop: whether it counts from 0 by 1 is looked at where the loop is.
  const next = (place: number): number | undefined => body.outputs[body.inputs.indexOf(place)];
  const written = writeOf(body, input, result, next);
  if (!written || !body.inputs.includes(written.place)) return { kind: 'state' };
  const [list, item] = [body.tensors[input], body.tensors[written.item]];
  // As many rows as the sequence that is walked has: what is left of a longer list would be zeros.
  const walked = body.operators.find(({ type, inputs }) => type === 'GATHER' && inputs[1] === written.place);
  const sequence = body.tensors[walked?.inputs[0] ?? -1];
  const isRow =
    item?.shape[0] === 1 && item.shape.length === list?.shape.length && list.shape[0] === sequence?.shape[0];
  const counts = next(written.place);
  const added = counts === undefined ? undefined : makers.get(counts);
  const byOne = added?.type === 'ADD' && added.inputs.some((own) => wholesOf(body.tensors[own] as never)?.[0] === 1);
  return isRow && byOne ? { kind: 'list', item: plain(makers, written.item) } : { kind: 'state' };
}

/** The body with the condition behind it, which looks at what the step made. */
function bodyOf(
  site: Site,
  condition: TfGraph,
  body: TfGraph,
  kept: readonly number[],
  items: readonly number[],
  addOperators: AddOperators,
): Graph {
  const { file } = site.builder;
  const prefix = `${site.outputName()}/`;
  const looked = condition.inputs.flatMap((input, i) =>
    condition.operators.some(({ inputs }) => inputs.includes(input)) ? [i] : [],
  );
  const { path } = site.builder;
  const inside = new Builder(file, body, `${site.where}, its body`, prefix, path);
  addOperators(inside, [
    ...kept.map((i) => body.outputs[i] as number),
    ...looked.map((i) => body.outputs[i] as number),
    ...items,
  ]);
  const after = new Builder(file, condition, `${site.where}, its condition`, `${prefix}condition/`, path);
  addOperators(after, condition.outputs);
  for (const i of looked) {
    const made = inside.float(body.outputs[i] as number, site.source, site.where);
    after.add('Identity', site.source, [made], [after.name(condition.inputs[i] as number)]);
  }
  const made = kept.map((i) => inside.float(body.outputs[i] as number, site.source, site.where));
  const collected = items.map((item) => inside.float(item, site.source, site.where));
  const goesOn = after.name(condition.outputs[0] ?? -1);
  const plainInfo = (name: string) => valueInfo(name, 0, undefined);
  const inputs = [`${prefix}step`, `${prefix}goes on`, ...kept.map((i) => inside.name(body.inputs[i] as number))];
  const [own, other] = [inside.finish([], []), after.finish([], [])];
  return graph(body.name, {
    node: [...own.node, ...other.node],
    initializer: [...own.initializer, ...other.initializer],
    input: inputs.map(plainInfo),
    output: [goesOn, ...made, ...collected].map(plainInfo),
  });
}
