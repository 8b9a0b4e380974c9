import type { NamedArray } from '../formats/npy.js';
import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import type { MetaGraph, NodeDef } from './proto.js';
import { dataInputs, type Operator } from './resolve.js';

// Which variable is which array of the checkpoint says the part of the graph that restores it, as it does to TensorFlow: nodes that assign what RestoreV2
// reads under a name.

type Nodes = ReadonlyMap<string, NodeDef>;

const HANDLES = /^(VarHandleOp|VariableV2|Variable)$/;
const OBJECT_PATH = '/.ATTRIBUTES/VARIABLE_VALUE';

const nodesOf = (nodes: readonly NodeDef[]): Nodes => new Map(nodes.map((node) => [node.name, node]));
const nameIn = (text = ''): string => text.replace(/^\^/, '').split(':')[0] as string;

/** The texts of constants, each decoded once. */
const known = new WeakMap<NodeDef, readonly string[]>();

/** The texts of a constant. */
function texts(nodes: Nodes, text: string | undefined): readonly string[] {
  const node = nodes.get(nameIn(text));
  if (!node) return [];
  const tensor = node.attr.find(({ key }) => key === 'value')?.value?.tensor;
  const own = known.get(node) ?? (tensor?.stringVal ?? []).map((bytes) => new TextDecoder().decode(bytes.slice()));
  known.set(node, own);
  return own;
}

/** The name under which a value is read from the checkpoint; undefined for other values. */
function keyOf(nodes: Nodes, text: string | undefined): string | undefined {
  let at = text;
  let node = nodes.get(nameIn(at));
  const seen = new Set<NodeDef>();
  while (node?.op === 'Identity' && !seen.has(node)) {
    seen.add(node);
    at = node.input[0];
    node = nodes.get(nameIn(at));
  }
  if (node?.op !== 'RestoreV2') return undefined;
  const number = Number(/:(\d+)$/.exec(at ?? '')?.[1] ?? 0);
  const [, names, slices] = dataInputs(node);
  // A part of a variable has a text that says which.
  return texts(nodes, slices)[number] === '' ? texts(nodes, names)[number] : undefined;
}

/** Names in the checkpoint, by the names of the nodes that are variables. */
export function variableNames({ graphDef, saver }: MetaGraph): Map<string, string> {
  const found = new Map<string, string>();
  const nodes = nodesOf(graphDef?.node ?? []);
  const functions = new Map((graphDef?.library?.function ?? []).map((own) => [own.signature?.name, own]));
  const waiting = [nameIn(saver?.restoreOpName)];
  const seen = new Set<string>();
  /** @param handleOf the node of the graph that is assigned to. */
  const assigned = (within: Nodes, node: NodeDef, handleOf: (text: string | undefined) => string | undefined): void => {
    if (!/^Assign(VariableOp)?$/.test(node.op)) return;
    const [handle, key] = [handleOf(node.input[0]), keyOf(within, node.input[1])];
    if (handle !== undefined && key !== undefined) found.set(handle, key);
  };
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = nodes.get(name);
    if (!node || seen.has(name)) continue;
    seen.add(name);
    assigned(nodes, node, nameIn);
    waiting.push(...node.input.map(nameIn));
    const called = functions.get(node.attr.find(({ key }) => key === 'f')?.value?.func?.name ?? '');
    if (!called) continue;
    const inputs = dataInputs(node);
    const places = new Map((called.signature?.inputArg ?? []).map((argument, i) => [argument.name, inputs[i]]));
    const within = nodesOf(called.nodeDef);
    for (const own of called.nodeDef)
      assigned(within, own, (text) => (places.has(nameIn(text)) ? nameIn(places.get(nameIn(text))) : undefined));
  }
  return found;
}

/**
 * The array of a variable.
 * @param names as `variableNames` gives them. @param arrays of the checkpoint; undefined if it was not given.
 * @throws {ImportError} none that the graph restores, or no checkpoint.
 */
export function variableOf(
  node: Operator,
  names: ReadonlyMap<string, string>,
  arrays: ReadonlyMap<string, NamedArray> | undefined,
): { readonly name: string; readonly array: NamedArray } {
  const where = `variable ${JSON.stringify(node.name)}`;
  refuseForeign(where, node.def);
  if (!arrays)
    refuse(
      where,
      'its numbers are in the checkpoint',
      'options.files: variables/variables.index and its shards',
      'no files',
    );
  const key = HANDLES.test(node.type) ? names.get(node.name) : undefined;
  if (key === undefined) refuse(where, 'a variable that is not restored', 'one that the checkpoint has', node.name);
  const name = key.endsWith(OBJECT_PATH) ? key.slice(0, -OBJECT_PATH.length) : key;
  const array =
    arrays.get(name) ?? refuse(where, 'not in the checkpoint', name, [...arrays.keys()].slice(0, 8).join(', '));
  return { name: node.name, array };
}
