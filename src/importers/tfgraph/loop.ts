import type { Graph } from '../onnx/proto/messages.js';
import { valueInfo } from '../translated/messages.js';
import { Builder } from './builder.js';
import { frameLoop, functionLoop, type Loop } from './frames.js';
import { type Carried, carriedBy, type Write, writeOf } from './lists.js';
import { inputNode, type Level, type Operator, type Ref } from './resolve.js';
import { DOMAIN } from './rewrites.js';
import type { Site } from './site.js';

// A loop as ONNX' Loop: what is carried is carried there too, and what is written into a list is what it collects. What becomes of it (a recurrent
// layer, or nothing that is honoured) is decided where ONNX' loops are.

/** Translates what a graph needs. */
type TranslateAll = (builder: Builder) => void;

export interface KnownLoop {
  readonly loop: Loop;
  readonly carried: readonly Carried[];
}

const known = new WeakMap<Operator, KnownLoop>();

/** The loop of which a node is, or is an output. */
export function loopOf(site: Site, node: Operator): KnownLoop {
  const before = known.get(node);
  if (before) return before;
  const { resolver } = site.builder.file;
  const loop = node.type === 'Exit' ? frameLoop(node, resolver) : functionLoop(node, resolver);
  site.builder.file.budget.operations(loop.initial.length ** 2, loop.where);
  const probe: Level = { outer: node.level };
  const args = loop.initial.map((_, i): Ref => ({ node: inputNode(`${i}`, probe), output: 0 }));
  const made = loop.step(
    probe,
    args.map((arg) => () => arg),
  );
  const found = { loop, carried: carriedBy(loop, args, made, (ref) => site.wholesOf(ref)) };
  known.set(node, found);
  return found;
}

export function whileLoop(site: Site, translateAll: TranslateAll): void {
  const { builder, node } = site;
  site.attributes.ignore('cond', 'body', 'output_shapes', 'parallel_iterations', 'T');
  const { loop, carried } = loopOf(site, node);
  if (builder.loops.has(loop)) return;
  builder.loops.add(loop);
  const level: Level = { outer: builder.level };
  const inner = new Builder(builder.file, `${loop.where}, its body`, level, builder);
  const args = carried.map(({ kind }, i): Ref => {
    if (kind === 'same') return loop.initial[i] as Ref;
    const input = inputNode(`${node.name}.${i}`, level);
    inner.name(input, builder.fresh(`${node.name}.carried${i}`));
    return { node: input, output: 0 };
  });
  const made = loop.step(
    level,
    args.map((arg) => () => arg),
  );
  const after = made.map((own, i) => (carried[i]?.kind === 'same' ? (args[i] as Ref) : own));
  const goesOn = loop.condition(
    level,
    after.map((own) => () => own),
  );
  const kept = carried.flatMap(({ kind }, i) => (kind === 'state' ? [i] : []));
  const lists = carried.flatMap(({ kind }, i) => (kind === 'list' ? [i] : []));
  const items = lists.map((i) => {
    const { item, place } = writeOf(made[i] as Ref) as Write;
    const name = inner.fresh(`${node.name}.item${i}`);
    inner.add('Written', site.type, [inner.need(item), inner.need(place)], [name], {}, DOMAIN, node.name);
    return name;
  });
  const names = [...[goesOn, ...kept.map((i) => made[i] as Ref)].map((ref) => inner.need(ref)), ...items];
  translateAll(inner);
  const body = bodyOf(
    inner,
    node.name,
    kept.map((i) => inner.need(args[i] as Ref)),
    names,
  );
  const outputs = [...kept, ...lists].map((i) => {
    const output = loop.outputs[i];
    return output ? builder.need(output) : builder.endOf(loop, i, `${node.name}.${i}`);
  });
  const initial = kept.map((i) => builder.need(loop.initial[i] as Ref));
  site.add('Loop', ['', '', ...initial], outputs, { body: { g: body } });
}

/** The graph of a step. */
function bodyOf(inner: Builder, name: string, kept: readonly string[], made: readonly string[]): Graph {
  const plainInfo = (own: string) => valueInfo(own, 0, undefined);
  const inputs = [inner.fresh(`${name}/step`), inner.fresh(`${name}/goes on`), ...kept];
  return inner.graphOf(name, inputs.map(plainInfo), made.map(plainInfo));
}
