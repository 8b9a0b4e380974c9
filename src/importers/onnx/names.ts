import { refuse } from '../shared/refuse.js';
import type { Graph, Model } from './proto/messages.js';

/** The name by which nodes call a function of the file. */
export const functionKey = ({ domain, overload }: { domain: string; overload: string }, name: string): string =>
  `${domain === 'ai.onnx' ? '' : domain}:${name}:${overload}`;

/** @throws {ImportError} a name that stands twice: which of both is meant can't be known. */
export function refuseTwice(where: string, what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) refuse(where, `two ${what} of one name`, 'each name once', name);
    seen.add(name);
  }
}

/** Of a graph, in which every name is given to one thing; an initialiser may be the default of an input. */
export function checkNames(where: string, { node, initializer, input }: Graph): void {
  const initial = initializer.map(({ name }) => name);
  const inputs = input.map(({ name }) => name);
  refuseTwice(where, 'initialisers', initial);
  refuseTwice(where, 'inputs', inputs);
  const made = node.flatMap((own) => own.output.filter((name) => name !== ''));
  refuseTwice(where, 'values', [...new Set([...initial, ...inputs])].concat(made));
}

/** Of a file: its graph, operator sets and functions. The outputs of graphs within go by their places, and may be one value. */
export function checkModel({ opsetImport, functions }: Model, graph: Graph): void {
  const sets = opsetImport.map(({ domain }) => (domain === 'ai.onnx' ? '' : domain));
  refuseTwice('file', 'operator sets', sets);
  const keys = functions.map((made) => functionKey(made, made.name));
  refuseTwice('file', 'functions', keys);
  const outputs = graph.output.map(({ name }) => name);
  refuseTwice('graph', 'outputs', outputs);
  checkNames('graph', graph);
}
