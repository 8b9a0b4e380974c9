import { tableOf } from '../formats/record.js';
import type { Graph } from '../onnx/proto/messages.js';
import type { OnnxState } from '../onnx/states/find.js';
import { refuse } from '../shared/refuse.js';
import { valueInfo } from '../translated/messages.js';
import { Builder, type Translation } from './builder.js';
import { whileLoop } from './loop.js';
import type { TfOperator } from './model.js';
import { ELEMENTWISE } from './ops/elementwise.js';
import { PRODUCT } from './ops/product.js';
import { RECURRENT } from './ops/recurrent.js';
import { SHAPES } from './ops/shapes.js';
import { Site, type Translate } from './site.js';
import { provenStates } from './states.js';
import { variablesOf } from './variables.js';

/** Every operator that is honoured, by name; those with subgraphs stand where subgraphs are translated. */
const OPERATORS = /* @__PURE__ */ tableOf<Translate>(ELEMENTWISE, PRODUCT, RECURRENT, SHAPES);

/** A subgraph as a graph of ONNX, the states that its variables are, and those that its formula proves it to carry. */
export function translate(
  file: Translation,
  number: number,
): { readonly graph: Graph; readonly variables: readonly OnnxState[]; readonly states: OnnxState[] } {
  const found = file.model.graphs[number];
  const where = `subgraph ${number}`;
  if (!found) refuse('model', 'a subgraph that is not there', `0 to ${file.model.graphs.length - 1}`, `${number}`);
  for (const { key, graph } of file.model.signatures)
    if (graph !== number) file.notes.add(`signature ${JSON.stringify(key)}, of subgraph ${graph}, is not read`);
  const builder = new Builder(file, found, where, '');
  const { carried, states: variables } = variablesOf(builder);
  addOperators(builder, [...found.outputs, ...carried.map(({ value }) => value)]);
  const graph = builder.finish(
    [...found.inputs, ...carried.map(({ read }) => read)].map((index) => builder.input(index)),
    [
      ...found.outputs.map((index) => builder.output(index)),
      ...carried.map(({ read, output }) => valueInfo(output, builder.type(read), builder.sizes(read))),
    ],
  );
  return { graph, variables, states: provenStates(found, (index) => builder.name(index), file.budget) };
}

/** Translates what some tensors are made by. */
function addOperators(builder: Builder, wanted: readonly number[]): void {
  const needed = new Set(wanted);
  const { operators } = builder.graph;
  if (builder.inLoop && operators.some(({ type }) => type === 'ASSIGN_VARIABLE'))
    refuse(builder.where, 'a variable that is assigned in every step', 'variables outside of loops', 'ASSIGN_VARIABLE');
  for (let index = operators.length - 1; index >= 0; index--) {
    const operator = operators[index] as TfOperator;
    if (!operator.outputs.some((output) => needed.has(output))) continue;
    // Variables are read where the graph is begun; loops have none of their own.
    if (operator.type === 'READ_VARIABLE' && !builder.inLoop) continue;
    for (const input of operator.inputs) needed.add(input);
    const site = new Site(builder, operator, index);
    const run = OPERATORS[operator.type];
    if (run) run(site);
    else if (operator.type === 'WHILE') whileLoop(site, addOperators);
    else
      refuse(site.where, 'an operator that is not honoured', 'one of the operators in docs/formats.md', operator.type);
    site.options.finish();
  }
}
