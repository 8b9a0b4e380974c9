import type { InputSpec, Model, ModelSpec, Tensor, Trace } from '../index.js';

/** Milliseconds that a layer is measured for; runs that are enough before that, and how many there are at least if they are not too long. */
const LONG_ENOUGH = 20;
const RUNS = 50;
const FEW = 5;
const TOO_LONG = 500;

type GraphNode = Model['graph']['nodes'][number];
type Given = Tensor<Float32Array | Int32Array>;

/**
 * How long each layer takes for a run of its own, on what it was given in the traced one, without masks: in microseconds, by name.
 * @param spec the model, all of whose values are among the outputs of the trace.
 */
export async function timeLayers(
  spec: ModelSpec,
  { graph }: Model,
  trace: Trace,
  batch: number,
  open: (spec: ModelSpec) => Promise<Model>,
): Promise<Map<string, { readonly micros: number }>> {
  const times = new Map<string, { readonly micros: number }>();
  for (const node of graph.nodes) {
    if (node.inputs.length === 0) continue;
    const given = new Map(node.inputs.map((name) => [name, givenFor(name, node, graph, trace, batch)]));
    const inputs = [...given].map(([name, value]) => inputOf(name, graph, batch, value));
    const layouts = Object.entries(spec.layouts ?? {}).filter(([name]) => given.has(name));
    const { tensors, int8 } = spec;
    const alone = await open({
      inputs,
      nodes: [spec.nodes.find(({ name }) => name === node.name) as (typeof spec.nodes)[number]],
      outputs: node.outputs,
      layouts: { __proto__: null as never, ...Object.fromEntries(layouts) },
      tensors,
      ...(int8 && { int8 }),
    });
    const named = { __proto__: null as never, ...Object.fromEntries(given) };
    times.set(node.name, { micros: shortest(() => alone.runNamed(named, { batch })) });
    alone.dispose();
  }
  return times;
}

/** A value as the run had it. Token ids and carried states, which no output can show, are zeros: as many, which take as long. */
function givenFor(name: string, node: GraphNode, { values }: Model['graph'], trace: Trace, batch: number): Given {
  const found = trace.outputs[name];
  if (found) return found;
  const { features, kind, dtype } = values.get(name) as { features: number; kind: string; dtype: string };
  const made = node.outputs[0] as string;
  const steps = kind === 'vector' ? 1 : countOf(trace.outputs[made]?.data, batch * (values.get(made)?.features ?? 1));
  const length = batch * steps * features;
  const shape = kind === 'vector' ? [batch, features] : [batch, steps, features];
  return { data: dtype === 'int32' ? new Int32Array(length) : new Float32Array(length), shape };
}

/** It has the timesteps that it had, so that all that followed from others are as they were. */
function inputOf(name: string, { values }: Model['graph'], batch: number, { data }: Given): InputSpec {
  const { features, kind, dtype } = values.get(name) as NonNullable<ReturnType<typeof values.get>>;
  return { name, features, kind, dtype, ...(kind === 'sequence' && { time: countOf(data, batch * features) }) };
}

const countOf = (data: ArrayLike<number> | undefined, size: number): number => Math.max(1, (data?.length ?? 0) / size);

/** Of several runs, in microseconds: what else the machine does makes some of them longer, and none shorter. */
function shortest(run: () => void): number {
  let [least, sum] = [Number.POSITIVE_INFINITY, 0];
  for (let runs = 0; runs < RUNS && sum < (runs < FEW ? TOO_LONG : LONG_ENOUGH); runs++) {
    const start = performance.now();
    run();
    const time = performance.now() - start;
    sum += time;
    least = Math.min(least, time);
  }
  return 1000 * least;
}
