// Many sequences at once, each on connections of its own, a request at a time: what a conversation does. Every reply is compared with what the
// sequence gives offline.
import { randomUUID } from 'node:crypto';
import { createHistogram } from 'node:perf_hooks';
import { Client } from 'undici';

const JSON_SIZE = 'inference-header-content-length';
/** Times that a request is repeated, and milliseconds before: more together than a server takes to start. */
const TRIES = 500;
const PAUSE = 20;

/**
 * @param origins of the servers, which are asked in turn
 * @param counted whether requests say at which step the sequence is, so that they may be repeated: whoever is not answered, or with 503, asks the
 *   next server
 * @param input the name of the model's
 * @param sequences `{ frames, expected }` each: bytes of one request, and of its reply's tensor; as many requests as the sequence is long
 * @param shape of the tensor of one request
 * @param seconds it takes; a sequence that has ended is begun anew, under another id
 * @param agrees whether a reply's bytes are those expected
 * @returns requests, those repeated, replies that were wrong, and nanoseconds from sending first to the last byte of the reply
 */
export async function load({ origins, counted = false, model, input, sequences, shape, seconds, agrees }) {
  const latency = createHistogram();
  const faults = [];
  let requests = 0;
  let wrong = 0;
  let again = 0;
  const end = performance.now() + 1000 * seconds;
  const path = `/v2/models/${model}/infer`;

  async function converse({ frames, expected }, number) {
    const clients = origins.map((origin) => new Client(origin, { pipelining: 1 }));
    // Not all begin with the same.
    let next = number;
    async function insist(body) {
      for (let tries = 0; ; tries++) {
        const client = clients[next++ % clients.length];
        const answer = await ask(client, path, body).catch((error) => ({ status: 0, tensor: `${error}` }));
        if (!counted || tries === TRIES || (answer.status !== 0 && answer.status !== 503)) return answer;
        again++;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
    try {
      for (let turn = 0; performance.now() < end; turn++) {
        // Where steps are counted, an id is good for one sequence.
        const id = counted ? randomUUID() : `${number}-${turn}`;
        for (let step = 0; step < frames.length; step++) {
          const last = step === frames.length - 1 || performance.now() >= end;
          const at = counted ? { sequence_step: step * shape[1] } : {};
          const body = bodyOf({ input, id, start: step === 0, end: last, at, shape, frame: frames[step] });
          const begin = process.hrtime.bigint();
          const { status, tensor } = await insist(body);
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
      await Promise.all(clients.map((client) => client.destroy()));
    }
  }

  const begin = performance.now();
  await Promise.all(sequences.map(converse));
  return { requests, again, wrong, faults, seconds: (performance.now() - begin) / 1000, latency };
}

function bodyOf({ input, id, start, end, at, shape, frame }) {
  const parameters = { sequence_id: id, sequence_start: start, sequence_end: end, ...at, binary_data_output: true };
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
