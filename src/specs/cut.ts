import { readOptions } from '../call/options.js';
import { InputError } from '../errors.js';
import { checkSpec } from '../graph/check-spec.js';
import { checkInt8 } from '../graph/int8.js';
import { tensorsOf } from '../graph/kind.js';
import { type ModelSource, ownSpec } from '../graph/own-spec.js';
import type { Graph, GraphNode } from '../graph/value.js';
import { allLayers } from '../layers/all.js';
import type { LayerKinds } from '../layers/layer.js';
import { badInput, describe, reading } from '../refuse.js';
import type { CarrySpec, InputSpec, ModelSpec, NodeSpec } from '../spec.js';
import { mayBeMasked } from './masks.js';
import { asInputs } from './times.js';

export interface CutOptions {
  /** Values that the new model is given: inputs of the model, or what its layers make. Default: those inputs that the outputs need. */
  readonly inputs?: readonly string[];
  /** Values that it gives. */
  readonly outputs: readonly string[];
  /**
   * Recurrent layers that keep a state of their own in place of the one that other values give them at every run: a decoder that steps, after
   * `decoder.setState(encoder.getState())`. Default: none.
   */
  readonly ownState?: readonly string[];
  /**
   * Inputs of a number of timesteps that the model's file fixes take any number, where no layer of the part needs to know it: a decoder that was
   * exported for five steps, taken step by step. Default false.
   */
  readonly openTimes?: boolean;
  /** Types of layers. Default: all of Gatewise's. */
  readonly layers?: LayerKinds;
}

/**
 * The part of a model between values: what its `outputs` need, begun at its `inputs`. An encoder and a decoder out of the model that both
 * were trained in, a model without its head. Names are those of the spec's values (`model.graph.values` lists them), or of layers, for what a layer makes
 * first. Numbers are the same bits as in the whole.
 *
 * @returns a spec of its own, frozen, with the nodes and tensors that are needed; the tensors' numbers are shared.
 * @throws {SpecError} the model's description contradicts itself, or the part's would.
 * @throws {InputError} no such value; an input that nothing needs, or one that is needed and not named; a sequence that may be masked, since
 *   an input has no mask.
 */
export function cut(source: ModelSource, options: CutOptions): ModelSpec {
  const spec = ownSpec(source);
  const given = readOptions(options, ['inputs', 'outputs', 'ownState', 'openTimes', 'layers'], 'cut');
  const { layers = allLayers, openTimes = false } = given;
  if (typeof openTimes !== 'boolean') badInput('openTimes', 'not usable', 'true or false', describe(openTimes));
  const graph = checkSpec(spec, layers, checkInt8(spec));
  const found = valuesByName(graph);
  const outputs = names(given.outputs, 'outputs').map((name) => found(name, 'outputs'));
  const inputs = given.inputs === undefined ? undefined : names(given.inputs, 'inputs');
  const begun = inputs?.map((name) => found(name, 'inputs'));
  const own = new Set(given.ownState === undefined ? [] : names(given.ownState, 'ownState'));
  const nodes = new Map(spec.nodes.map((node) => [node.name, own.has(node.name) ? withOwnState(node) : node]));
  for (const name of own) if (!nodes.has(name)) noSuch('ownState', 'layer', name, nodes.keys());
  const part = partOf(spec, graph, nodes, new Set(begun), outputs);

  const needed = spec.inputs.map(({ name }) => name).filter((name) => part.reached.has(name));
  const missing = begun && needed.filter((name) => !begun.includes(name));
  if (missing && missing.length > 0) {
    badInput('inputs', 'the outputs need another input as well', [...begun, ...missing].join(', '), begun.join(', '));
  }
  const idle = begun?.find((name) => !part.reached.has(name));
  if (idle !== undefined) badInput('inputs', 'an input that no output needs', needed.join(', '), describe(idle));
  const idleOwn = [...own].find((name) => !part.nodes.has(name));
  if (idleOwn !== undefined) badInput('ownState', 'a layer that no output needs', undefined, describe(idleOwn));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const name of begun ?? []) {
    if (made.has(name) && mayBeMasked(name, graph)) {
      const expected = 'a value before the mask, one of the last timestep, or an output of an unmask';
      badInput('inputs', 'a sequence that may be masked, and an input has no mask', expected, describe(name));
    }
  }
  const result = compose(spec, graph, part, begun ?? needed, outputs, layers, openTimes);
  checkSpec(result, layers, checkInt8(result));
  return ownSpec(result);
}

/** What a set of outputs needs. */
interface Part {
  /** By name, as they are to be. */
  readonly nodes: ReadonlyMap<string, NodeSpec>;
  readonly carries: readonly CarrySpec[];
  /** All values that are needed, inputs among them. */
  readonly reached: ReadonlySet<string>;
}

/** From the outputs backwards, as far as the values that the part begins at. */
function partOf(
  spec: ModelSpec,
  graph: Graph,
  nodes: ReadonlyMap<string, NodeSpec>,
  begun: ReadonlySet<string>,
  outputs: readonly string[],
): Part {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node.name] as const)));
  const carries = new Map(spec.carries?.map((carry) => [carry.input, carry]));
  const reached = new Set<string>();
  const taken = new Map<string, NodeSpec>();
  const carried: CarrySpec[] = [];
  const waiting = [...outputs];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    if (begun.has(name)) continue;
    const carry = carries.get(name);
    if (carry) {
      carried.push(carry);
      waiting.push(carry.output);
    }
    const maker = makers.get(name);
    const node = maker === undefined || taken.has(maker) ? undefined : nodes.get(maker);
    if (node) {
      taken.set(node.name, node);
      waiting.push(...node.inputs);
    }
  }
  return { nodes: taken, carries: carried, reached };
}

function compose(
  spec: ModelSpec,
  graph: Graph,
  { nodes, carries, reached }: Part,
  inputs: readonly string[],
  outputs: readonly string[],
  layers: LayerKinds,
  openTimes: boolean,
): ModelSpec {
  const carried = new Set(carries.map(({ input }) => input));
  const own = inputs.filter((name) => !carried.has(name));
  const shown = asInputs(spec, graph, own, openTimes);
  const kept = spec.nodes.flatMap(({ name }) => nodes.get(name) ?? []);
  const wanted = new Set([
    ...kept.flatMap((node) => tensorsOf(node, layers).flatMap((part) => part.map(([, tensor]) => tensor))),
    ...carries.flatMap(({ initial }) => initial ?? []),
  ]);
  const outside = new Set([...inputs, ...outputs]);
  const pick = <Value>(
    record: Readonly<Record<string, Value>>,
    has: (name: string) => boolean,
  ): Record<string, Value> => ({
    __proto__: null as never,
    ...Object.fromEntries(Object.entries(record).filter(([name]) => has(name))),
  });
  const layouts = pick(spec.layouts ?? {}, (name) => outside.has(name));
  const int8 = pick(spec.int8 ?? {}, (name) => wanted.has(name));
  return {
    ...(spec.name !== undefined && { name: spec.name }),
    inputs: [
      ...shown,
      ...spec.inputs.filter((input): input is InputSpec => carried.has(input.name) && reached.has(input.name)),
    ],
    nodes: kept,
    outputs,
    ...(carries.length > 0 && { carries }),
    ...(Object.keys(layouts).length > 0 && { layouts }),
    tensors: pick(spec.tensors, (name) => wanted.has(name)),
    ...(Object.keys(int8).length > 0 && { int8 }),
  };
}

const RECURRENT = ['lstm', 'gru', 'rnn'];

/** A layer that is given no initial state. @throws {InputError} it is given none as it is. */
function withOwnState(node: NodeSpec): NodeSpec {
  const [x = '', ...rest] = node.inputs;
  const lengths = 'lengths' in node && node.lengths ? rest.slice(-1) : [];
  if (!RECURRENT.includes(node.type) || rest.length === lengths.length) {
    badInput(
      'ownState',
      'a layer that no value gives a state',
      'a recurrent layer with an initial state',
      describe(node.name),
    );
  }
  return { ...node, inputs: [x, ...lengths] };
}

/** Finds a value by its name, or what a layer of that name makes first. */
function valuesByName({ values, nodes }: Graph): (name: string, where: string) => string {
  const first = new Map(nodes.map(({ name, outputs }: GraphNode) => [name, outputs[0] as string]));
  return (name, where) => {
    const found = values.has(name) ? name : first.get(name);
    return found ?? noSuch(where, 'value', name, values.keys());
  };
}

const noSuch = (where: string, what: string, name: string, known: Iterable<string>): never =>
  badInput(where, `no such ${what}`, [...known].join(', '), describe(name));

/** A list of names, each once. @throws {InputError} */
function names(list: unknown, where: string): string[] {
  return reading(InputError, where, () => {
    const own = Array.isArray(list) ? Array.from(list as unknown[]) : [];
    if (own.length === 0 || !own.every((name) => typeof name === 'string') || new Set(own).size < own.length) {
      badInput(where, 'not usable', 'a list of names, each once', describe(list));
    }
    return own as string[];
  });
}
