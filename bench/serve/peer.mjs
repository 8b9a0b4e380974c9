// onnxruntime-node behind the same adapter and the same protocol: requests are read and replies are written by Gatewise's own code, and between
// them is what one writes around a session, one `run` a request, the state of each sequence carried by hand.
// `node peer.mjs <inputs> <units>` prints where it listens.
import { headerLength, inferReply, listen, parseInfer, readBody } from '../../build/serve-inside.mjs';
import { requirePeer } from '../engines/peer.mjs';
import { makeNet } from '../support/net.mjs';
import { recurrentFile } from '../support/onnx.mjs';

const [inputs, units] = process.argv.slice(2).map(Number);
const net = makeNet({ cell: 'lstm', size: [inputs, units, 1] });
const [input] = net.spec.inputs;
const [output] = net.spec.outputs;
const ort = requirePeer('onnxruntime-node');
const session = await ort.InferenceSession.create(recurrentFile(net), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
});
const states = session.inputNames.filter((name) => name !== 'X');
const zeros = Object.fromEntries(
  states.map((name) => [name, new ort.Tensor('float32', new Float32Array(units), [1, 1, units])]),
);
const value = (name, features) => ({
  name,
  kind: 'sequence',
  dtype: 'float32',
  features,
  time: 'time',
  axes: ['batch', 'time', features],
});
const values = { inputs: [value(input.name, inputs)], outputs: [value(output, units)] };
/** Of each sequence, by its id. */
const sequences = new Map();

async function handle(call) {
  try {
    const body = await readBody(call, 2 ** 24, performance.now() + 30_000);
    const request = parseInfer(body, headerLength(call, body));
    const { inputs: given, outputs } = request.of(values);
    const { id, start, end } = request.sequence;
    const state = start ? zeros : sequences.get(id);
    const { data } = given.get(input.name);
    const time = data.length / inputs;
    const result = await session.run({ X: new ort.Tensor('float32', data, [time, 1, inputs]), ...state });
    if (end) sequences.delete(id);
    else sequences.set(id, Object.fromEntries(states.map((name) => [name, result[`${name}n`]])));
    const tensors = { [output]: { data: result.Y.data, shape: [1, time, units] } };
    return inferReply({ model_name: 'lstm', model_version: '1', id: request.id }, outputs, tensors);
  } catch (error) {
    return { status: 500, headers: {}, body: `${error.stack}` };
  }
}

const { port } = await listen({ handle }, { host: '127.0.0.1', port: 0 });
console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
