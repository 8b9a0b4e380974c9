// Many sequences at once against one server, each on a connection of its own, a request at a time: what a conversation does. Every reply is
// compared with what the sequence gives offline.
import { createHistogram } from 'node:perf_hooks';
import { Client } from 'undici';

const JSON_SIZE = 'inference-header-content-length';

/**
 * @param origin of the server
 * @param input the name of the model's
 * @param sequences `{ frames, expected }` each: bytes of one request, and of its reply's tensor; as many requests as the sequence is long
 * @param shape of the tensor of one request
 * @param seconds it takes; a sequence that has ended is begun anew, under another id
 * @param agrees whether a reply's bytes are those expected
 * @returns requests, replies that were wrong, and nanoseconds from sending to the last byte of the reply
 */
export async function load({ origin, model, input, sequences, shape, seconds, agrees }) {
  const latency = createHistogram();
  const faults = [];
  let requests = 0;
  let wrong = 0;
  const end = performance.now() + 1000 * seconds;
  const path = `/v2/models/${model}/infer`;

  async function converse({ frames, expected }, number) {
    const client = new Client(origin, { pipelining: 1 });
    try {
      for (let turn = 0; performance.now() < end; turn++) {
        const id = `${number}-${turn}`;
        for (let step = 0; step < frames.length; step++) {
          const last = step === frames.length - 1 || performance.now() >= end;
          const body = bodyOf({ input, id, start: step === 0, end: last, shape, frame: frames[step] });
          const begin = process.hrtime.bigint();
          const { status, tensor } = await ask(client, path, body);
          latency.record(process.hrtime.bigint() - begin);
          requests++;
          if (status !== 200 || !agrees(tensor, expected[step])) {
            wrong++;
            if (faults.length < 5)
              faults.push(`sequence ${id}, request ${step}: ${status} ${`${tensor}`.slice(0, 200)}`);
          }
          if (last) break;
        }
      }
    } finally {
      await client.close();
    }
  }

  const begin = performance.now();
  await Promise.all(sequences.map(converse));
  return { requests, wrong, faults, seconds: (performance.now() - begin) / 1000, latency };
}

function bodyOf({ input, id, start, end, shape, frame }) {
  const parameters = { sequence_id: id, sequence_start: start, sequence_end: end, binary_data_output: true };
  const tensor = { name: input, shape, datatype: 'FP32', parameters: { binary_data_size: frame.length } };
  const json = Buffer.from(JSON.stringify({ parameters, inputs: [tensor] }));
  return { size: json.length, bytes: Buffer.concat([json, frame]) };
}

/** One request; the tensor of its reply, or what it says of an error. */
function ask(client, path, { size, bytes }) {
  return new Promise((resolve, reject) => {
    let status = 0;
    let json = 0;
    const chunks = [];
    const headers = { 'content-type': 'application/octet-stream', [JSON_SIZE]: `${size}` };
    client.dispatch(
      { method: 'POST', path, headers, body: bytes },
      {
        onRequestStart() {},
        onResponseStart(_, code, given) {
          status = code;
          json = Number(given[JSON_SIZE] ?? 0);
        },
        onResponseData: (_, chunk) => void chunks.push(chunk),
        onResponseEnd: () => resolve({ status, tensor: Buffer.concat(chunks).subarray(json) }),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}
