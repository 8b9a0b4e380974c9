import { refuse } from '../shared/refuse.js';
import { type Environment, runInner, Scope } from './environment.js';
import { refuseForeign } from './foreign.js';
import type { Attribute, Graph, LocalFunction, Node } from './proto/messages.js';
import type { Item } from './value.js';

/** The graph of a function with the attributes of a call in the places that refer to them; what the call leaves out is gone. */
function bound(
  { node, attributeProto, input }: LocalFunction,
  call: Node,
  given: readonly (Item | undefined)[],
): Graph {
  const attributes = new Map<string, Attribute>(
    [...attributeProto, ...call.attribute].map((attribute) => [attribute.name, attribute]),
  );
  const absent = new Set(input.filter((_, index) => given[index] === undefined));
  const bind = (own: Node): Node => ({
    ...own,
    input: own.input.map((name) => (absent.has(name) ? '' : name)),
    attribute: own.attribute.flatMap((attribute) => {
      if (attribute.g) return [{ ...attribute, g: { ...attribute.g, node: attribute.g.node.map(bind) } }];
      if (attribute.refAttrName === '') return [attribute];
      const meant = attributes.get(attribute.refAttrName);
      return meant ? [{ ...meant, name: attribute.name }] : [];
    }),
  });
  return { node: node.map(bind), name: '', initializer: [], input: [], output: [], sparseInitializer: [] };
}

/** A call of an operator that the file defines by others: these take its place. */
export function runFunction(
  env: Environment,
  defined: LocalFunction,
  call: Node,
  inputs: readonly (Item | undefined)[],
): Item[] {
  const where = `function ${JSON.stringify(defined.name)}`;
  refuseForeign(where, defined, ...defined.opsetImport, ...defined.attributeProto, ...call.attribute);
  const names = [...defined.attribute, ...defined.attributeProto.map(({ name }) => name)];
  for (const { name } of call.attribute)
    if (!names.includes(name)) refuse(where, 'an attribute that it does not have', names.join(', ') || 'none', name);
  if (call.input.length > defined.input.length)
    refuse(where, 'more inputs than it has', `${defined.input.length}`, `${call.input.length}`);
  const scope = new Scope();
  defined.input.forEach((name, index) => {
    const item = inputs[index];
    if (item) scope.set(name, item);
  });
  const opsets = new Map(env.opsets);
  for (const { domain, version } of defined.opsetImport) opsets.set(domain === 'ai.onnx' ? '' : domain, version);
  const wanted = defined.output.filter((_, index) => (call.output[index] ?? '') !== '');
  const made = runInner({ ...env, opsets }, bound(defined, call, inputs), wanted, scope);
  return defined.output.map((name) => made[wanted.indexOf(name)] as Item);
}
