// onnxruntime-node behind the same adapter and the same protocol: requests are read and replies are written by Gatewise's own code, and between
// them is what one writes around a session, one `run` a request, the state of each sequence carried by hand.
// `node peer.mjs <inputs> <units> [nothing]` prints where it listens; `nothing` computes nothing, which shows what all else takes.
import { headerLength, inferReply, listen, parseInfer, readBody } from '../../build/serve-inside.mjs';
import { requirePeer } from '../engines/peer.mjs';
import { makeNet } from '../support/net.mjs';
import { recurrentFile } from '../support/onnx.mjs';

const [inputs, units] = process.argv.slice(2, 4).map(Number);
const computes = process.argv[4] !== 'nothing';
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

/** A WebSocket's messages, each a timestep or several, as `gatewise serve` takes them. */
function open(socket) {
  let state = zeros;
  let tail = Promise.resolve();
  socket.send('{}');
  return {
    message: (bytes) => {
      // Aligned, and nobody else's.
      const data = new Float32Array(Uint8Array.prototype.slice.call(bytes).buffer);
      tail = tail.then(async () => {
        const result = await step(data, state);
        state = carried(result);
        socket.send(new Uint8Array(result.Y.data.buffer, result.Y.data.byteOffset, result.Y.data.byteLength));
      });
    },
    closed() {},
  };
}

const still = Object.fromEntries(states.map((name) => [`${name}n`, zeros[name]]));
const step = (data, state) => {
  const time = data.length / inputs;
  if (!computes) return { ...still, Y: { data: new Float32Array(time * units) } };
  return session.run({ X: new ort.Tensor('float32', data, [time, 1, inputs]), ...state });
};
const carried = (result) => Object.fromEntries(states.map((name) => [name, result[`${name}n`]]));

async function handle(call) {
  if (call.url.endsWith('/stream')) return { status: 101, headers: {}, body: '', open };
  try {
    const body = await readBody(call, 2 ** 24, performance.now() + 30_000);
    const request = parseInfer(body, headerLength(call, body));
    const { inputs: given, outputs } = request.of(values);
    const { id, start, end } = request.sequence;
    const state = start ? zeros : sequences.get(id);
    const { data } = given.get(input.name);
    const time = data.length / inputs;
    const result = await step(data, state);
    if (end) sequences.delete(id);
    else sequences.set(id, carried(result));
    const tensors = { [output]: { data: result.Y.data, shape: [1, time, units] } };
    return inferReply({ model_name: 'lstm', model_version: '1', id: request.id }, outputs, tensors);
  } catch (error) {
    return { status: 500, headers: {}, body: `${error.stack}` };
  }
}

const { port } = await listen({ handle }, { host: '127.0.0.1', port: 0 });
console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
