import { refuse } from '../../shared/refuse.js';
import { type Numbers, numbersOf } from '../constants.js';
import { BFLOAT16, DOUBLE, FLOAT, HALF, onnxType, typeName } from '../proto.js';
import { INPUT, type Operator, plain } from '../resolve.js';
import { type Site, type Translate, whereOf } from '../site.js';

// Where numbers come from: the file's own, variables of the checkpoint, inputs.

function constant(site: Site): void {
  site.attributes.ignore('dtype');
  site.builder.numbers(site.output(), numbersOf(site.attributes.tensor('value'), site.where, site.builder.file.budget));
}

/** Types of variables: rounded ones are exact as float32. */
const VARIABLES: readonly number[] = [FLOAT, HALF, BFLOAT16];

/** A variable's numbers, which are the whole graph's. @returns their name. */
function variable(site: Site, node: Operator): string {
  if (!/^(VarHandleOp|VariableV2|Variable)$/.test(node.type))
    refuse(
      site.where,
      'a variable that is not known',
      'VarHandleOp',
      node.type === INPUT ? 'a value made at run time' : whereOf(node),
    );
  const type = node.def.attr.find(({ key }) => key === 'dtype')?.value?.type ?? 0;
  if (!VARIABLES.includes(type))
    refuse(whereOf(node), 'a variable of another type', VARIABLES.map(typeName).join(', '), typeName(type));
  const { name, array } = site.builder.file.variable(node);
  let root = site.builder;
  while (root.outer) root = root.outer;
  return root.variable(node, name, (): Numbers => {
    const { data, shape } = array;
    return { type: 1, dims: shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  });
}

function readVariable(site: Site): void {
  site.attributes.ignore('dtype');
  site.arity(1).add('Identity', [variable(site, plain(site.ref(0)).node)]);
}

/** Of TensorFlow 1: its output is its value. */
function reference(site: Site): void {
  site.attributes.ignore('dtype', 'shape', 'container', 'shared_name');
  site.arity(0).add('Identity', [variable(site, site.node)]);
}

function resourceGather(site: Site): void {
  site.attributes.ignore('validate_indices', 'dtype');
  const batches = site.attributes.int('batch_dims', 0);
  if (batches !== 0) refuse(site.where, 'rows picked for each of a batch', 'batch_dims 0', `${batches}`);
  const rows = variable(site.arity(2), plain(site.ref(0)).node);
  site.add('Gather', [rows, site.input(1)], undefined, { axis: { i: 0 } });
}

const identity: Translate = (site) => {
  site.attributes.ignore('message', 'shape', 'T');
  site.arity(1).add('Identity', [site.input(0)]);
};

/** Some values at once. */
const identities: Translate = (site) => {
  site.node.inputs.forEach((_, i) => {
    site.add('Identity', [site.input(i)], [site.output(i)]);
  });
};

/** An input that nobody gives: its default. */
const withDefault: Translate = (site) => {
  site.attributes.ignore('shape');
  site.builder.file.notes.add(`${site.where}: the input that has a default is it`);
  site.arity(1).add('Identity', [site.input(0)]);
};

function placeholder(site: Site): never {
  return refuse(site.where, 'an input that the signature does not name', 'one of its inputs', site.node.name);
}

/** Types from which numbers are exact in float32, or rounded as TensorFlow rounds them. */
const FROM: readonly number[] = [HALF, BFLOAT16, DOUBLE];

function cast(site: Site): void {
  const { attributes } = site;
  const [from, to] = [attributes.type('SrcT'), attributes.type('DstT')];
  if (attributes.flag('Truncate', false)) refuse(site.where, 'digits cut off', 'Truncate false', 'true');
  if (FROM.includes(to)) refuse(site.where, 'a type that is not computed in', 'DT_FLOAT', typeName(to));
  const type = onnxType(to);
  if (type === undefined || onnxType(from) === undefined)
    refuse(site.where, 'a type that is no number', 'numbers', `${typeName(from)} to ${typeName(to)}`);
  site.arity(1).add('Cast', [site.input(0)], undefined, { to: { i: type } });
}

export const VALUES: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  Cast: cast,
  CheckNumerics: identity,
  Const: constant,
  EnsureShape: identity,
  Identity: identity,
  IdentityN: identities,
  Placeholder: placeholder,
  PlaceholderWithDefault: withDefault,
  PreventGradient: identity,
  ReadVariableOp: readVariable,
  RefIdentity: identity,
  ResourceGather: resourceGather,
  Snapshot: identity,
  StopGradient: identity,
  Variable: reference,
  VariableV2: reference,
};
