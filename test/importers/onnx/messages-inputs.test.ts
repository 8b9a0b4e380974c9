import { describe } from 'vitest';
import { floats, graph, node, type Parts } from './build.js';
import { B, SEQUENCE, T, table, VECTOR, x } from './refused.js';

describe('ONNX, refused by its words: the graph and its inputs', () => {
  const own = (nodes: Parts['nodes']): NonNullable<Parts['functions']> => [
    { name: 'F', domain: 'local', input: ['a'], output: ['b'], node: [...nodes] },
  ];
  table([
    [
      'a function of itself',
      { nodes: [node('F', 'X', 'Y', {}, 'local')], functions: own([node('F', 'a', 'b', {}, 'local')]) },
      /graph: graphs within graphs; expected at most 32 deep/,
    ],
    [
      'functions that double, twenty deep',
      {
        nodes: [node('F0', 'X', 'Y', {}, 'local')],
        functions: Array.from({ length: 20 }, (_, n) => ({
          ...own(
            n === 19
              ? [node('Tanh', 'a', 'b')]
              : [node(`F${n + 1}`, 'a', 'm', {}, 'local'), node(`F${n + 1}`, 'm', 'b', {}, 'local')],
          )[0],
          name: `F${n}`,
        })),
      },
      /graph: functions and loops within one another; expected at most 100000 nodes, got more/,
    ],
    [
      'a function that is not there',
      { nodes: [node('G', 'X', 'Y', {}, 'local')], functions: own([node('Tanh', 'a', 'b')]) },
      /\(G\): an operator of another domain; expected ai.onnx, got local/,
    ],
    [
      'an attribute that a function does not know',
      { nodes: [node('F', 'X', 'Y', { axis: 7 }, 'local')], functions: own([node('Softmax', 'a', 'b', { axis: 7 })]) },
      /function "F": an attribute that it does not have; expected none, got axis/,
    ],
    [
      'an operator of com.microsoft',
      { nodes: [node('MatMulInteger16', 'X', 'Y', {}, 'com.microsoft')] },
      /an operator that is not honoured; expected one of the operators in the README, got com.microsoft.MatMulInteger16/,
    ],
    [
      'sparse initialisers',
      { nodes: [node('Tanh')] },
      /graph: sparse initialisers; expected dense ones/,
      SEQUENCE,
      (made) => made.sparseInitializer.push({ $typeName: 'gatewise.onnx.SparseTensor', dims: [] }),
    ],
    [
      'a branch that the run decides',
      {
        nodes: [
          node('If', 'X', 'Y', {
            then_branch: graph({ nodes: [node('Tanh', 'X', 'a')], outputs: ['a'] }),
            else_branch: graph({ nodes: [node('Neg', 'X', 'b')], outputs: ['b'] }),
          }),
        ],
      },
      /\(If\): a branch that depends on the input; expected options.inputs: \{ X: … \}, which decides it, got condition "X"/,
    ],
    [
      'an output that an operator does not make',
      { nodes: [node('Tanh', 'X', 'a Y')] },
      /output 1 is not made; expected an output that is, got Y/,
    ],
    ['an input that is left out', { nodes: [node('Identity', '_')] }, /an input is missing; expected input 0/],
    [
      'an input that is no tensor',
      { nodes: [node('Tanh')] },
      /input "X": not a tensor; expected a tensor/,
      {},
      (made) => delete made.input[0]?.type,
    ],
    [
      'an input without a shape',
      { nodes: [node('Tanh')], inputs: { X: {} } },
      /input "X": the file does not say its shape; expected options.shapes\["X"\], got nothing/,
      {},
    ],
    [
      'five axes',
      { nodes: [node('Tanh')], inputs: x(1, 2, 3, 4, 5) },
      /input "X": too many axes; expected at most 4; options.axes, got 5/,
      {},
    ],
    [
      'an input of strings',
      { nodes: [node('Identity')], inputs: { X: { dims: [B, 2], type: 8 } } },
      /input "X": a type that is not honoured; expected floats or whole numbers, got type 8/,
      VECTOR,
    ],
    [
      'an open size that is no batch and no time',
      { nodes: [node('Tanh')], inputs: x(B, 'n') },
      /input "X": the size of axis 1 is open; expected options.shapes, or options.axes if it is the batch or the time, got n/,
      VECTOR,
    ],
    [
      'open sizes that contradict one another',
      { nodes: [node('Gather', 'E X')], inputs: { X: { dims: ['n', 'n'], type: 7 } }, init: { E: floats([4, 3]) } },
      /inputs: open sizes that cannot be told apart; expected options.axes, got X/,
      {},
    ],
    [
      'an output that depends on nothing',
      { nodes: [node('Identity', 'c')], init: { c: floats([2]) } },
      /output "Y": does not depend on the input; expected a value of the model, got a constant/,
    ],
    [
      'state without an input',
      { nodes: [node('Tanh')] },
      /options.states: no such input; expected X, got Z/,
      { states: [{ input: 'Z', output: 'Y' }] },
    ],
    [
      'state of open size',
      {
        nodes: [node('Tanh'), node('Neg', 'h', 'hn')],
        inputs: { ...x(B, T, 6), h: { dims: [B, 'n', 4] } },
        outputs: ['Y', 'hn'],
      },
      /input "h": a state of open size; expected one open size at most, the batch; options.shapes, got \[batch,n,4\]/,
    ],
  ]);
});
