import type { OnnxState } from '../onnx/states/find.js';
import { refuse } from '../shared/refuse.js';
import type { Builder } from './builder.js';
import type { TfGraph, TfOperator, TfTensor } from './model.js';

// Variables that a file keeps from call to call (VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE; what they start from in the subgraph of CALL_ONCE): one that is read and then
// assigned is an input and an output that are one state, one that is only read a constant.

/** A variable that goes on: what is read is an input of the graph, what is assigned an output. */
interface Carried {
  /** The tensor that is read. */
  readonly read: number;
  /** The tensor that is assigned, and the name of the output that it is. */
  readonly value: number;
  readonly output: string;
}

export interface Variables {
  readonly carried: readonly Carried[];
  readonly states: readonly OnnxState[];
}

/** Names of variables by the tensors that stand for them. */
const handlesOf = ({ operators }: TfGraph): ReadonlyMap<number, string> =>
  new Map(
    operators
      .filter(({ type }) => type === 'VAR_HANDLE')
      .map(({ outputs, options }) => [outputs[0] ?? -1, `${options?.text(0) ?? ''}/${options?.text(1) ?? ''}`]),
  );

/** What variables start from, by name. */
function initialOf({ file, graph, where }: Builder): ReadonlyMap<string, TfTensor> {
  const found = new Map<string, TfTensor>();
  for (const { type, options } of graph.operators) {
    if (type !== 'CALL_ONCE') continue;
    const number = options?.i32(0) ?? 0;
    const once =
      file.model.graphs[number] ?? refuse(where, 'a subgraph that is not there', 'one of the file', `${number}`);
    const handles = handlesOf(once);
    for (const { type, inputs } of once.operators) {
      const [name, value] = [handles.get(inputs[0] ?? -1), once.tensors[inputs[1] ?? -1]];
      if (type === 'ASSIGN_VARIABLE' && name !== undefined && value) found.set(name, value);
    }
  }
  return found;
}

/** All uses of one variable, in the file's order. */
interface Uses {
  readonly reads: { readonly at: number; readonly operator: TfOperator }[];
  readonly writes: { readonly at: number; readonly operator: TfOperator }[];
}

/**
 * The variables of a graph, those that are read translated.
 * @throws {ImportError} one that is assigned twice, is no FLOAT32, or starts from other numbers than zeros and goes on from them.
 */
export function variablesOf(builder: Builder): Variables {
  const { graph } = builder;
  const handles = handlesOf(graph);
  const initial = initialOf(builder);
  const all = new Map<string, Uses>();
  graph.operators.forEach((operator, at) => {
    if (operator.type !== 'READ_VARIABLE' && operator.type !== 'ASSIGN_VARIABLE') return;
    const where = `${builder.where}, ${operator.type}, operator ${at}`;
    const name =
      handles.get(operator.inputs[0] ?? -1) ??
      refuse(where, 'a variable of which nothing is known', 'one of a VAR_HANDLE', `tensor ${operator.inputs[0]}`);
    const uses = all.get(name) ?? { reads: [], writes: [] };
    all.set(name, uses);
    (operator.type === 'READ_VARIABLE' ? uses.reads : uses.writes).push({ at, operator });
  });
  const carried = [...all].flatMap(([name, uses]) => carriedOf(builder, name, uses, initial.get(name)));
  return {
    carried,
    states: carried.map(({ read, output }) => ({ input: builder.name(read), output })),
  };
}

function carriedOf(builder: Builder, name: string, { reads, writes }: Uses, initial: TfTensor | undefined): Carried[] {
  const where = `variable ${JSON.stringify(name)}`;
  const [write, ...more] = writes;
  if (more.length > 0) refuse(where, 'assigned more than once', 'once', `${writes.length} times`);
  const source = (at: number): string => `READ_VARIABLE, operator ${at}`;
  const value = write?.operator.inputs[1] ?? -1;
  const before: number[] = [];
  for (const { at, operator } of reads) {
    const read = operator.outputs[0] ?? -1;
    const { type } = builder.tensor(read, where);
    if (type !== 'FLOAT32') refuse(where, 'a type of variable that is not read', 'FLOAT32', type);
    if (write && at > write.at)
      builder.add('Identity', source(at), [builder.float(value, source(at), where)], [builder.name(read)]);
    else if (write) before.push(read);
    else {
      if (!initial?.data) refuse(where, 'a variable without numbers', 'numbers that CALL_ONCE assigns', 'none');
      const made = builder.constant(`${builder.name(read)}.value`, builder.type(read), initial.shape, initial.data);
      builder.add('Identity', source(at), [made], [builder.name(read)]);
    }
  }
  const [first, ...others] = before;
  if (first === undefined) return [];
  for (const other of others) builder.add('Identity', 'READ_VARIABLE', [builder.name(first)], [builder.name(other)]);
  if (!initial?.data || initial.data.some((byte) => byte !== 0))
    refuse(where, 'a variable that starts from other numbers', 'zeros', initial?.data ? 'other numbers' : 'none');
  builder.file.budget.operations(initial.data.length, where);
  builder.file.notes.add(`${where}: what is assigned in one call is read in the next`);
  const output = builder.fresh(`${builder.name(first)}.next`);
  builder.add('Identity', 'ASSIGN_VARIABLE', [builder.float(value, 'ASSIGN_VARIABLE', where)], [output]);
  return [{ read: first, value, output }];
}
