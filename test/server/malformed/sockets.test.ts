import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../../src/index.js';
import { createServer, type ModelServer } from '../../../src/server/index.js';
import { type Listening, listen } from '../../../src/server/node.js';
import { Random } from '../../slow/children/random.js';
import { expectSameBits } from '../../support/bits.js';
import { randomFloats, stack } from '../../support/random.js';
import { bytesOf, outputsOf, withTensors } from '../requests.js';
import { isRefusal } from './campaign.js';
import { RAW_FAULTS, type RawFault, SLOW_FAULTS, send } from './raw.js';
import { FEATURES, INFER, LIVE, MODEL } from './target.js';

/** Of each kind. */
const EACH = 18;
const TOGETHER = 6;

describe('over real sockets', () => {
  let model: Model;
  let server: ModelServer;
  let listener: Listening;
  beforeAll(async () => {
    model = await createModel(stack('lstm', FEATURES, 12));
    server = createServer({ models: { [MODEL]: model }, limits: { bodyBytes: 2 ** 20, requestSeconds: 2 } });
    listener = await listen(server, { host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await listener.close();
    await server.close();
  });

  const x = randomFloats(1000 * FEATURES, 4);
  const got: number[] = [];
  /** The next timestep of a sequence that lives all the while. */
  async function step(): Promise<void> {
    const at = got.length / 3;
    const frame = bytesOf(x.slice(at * FEATURES, (at + 1) * FEATURES));
    const tensor = {
      name: 'x',
      shape: [1, 1, FEATURES],
      datatype: 'FP32',
      parameters: { binary_data_size: frame.length },
    };
    const parameters = { sequence_id: LIVE, sequence_start: at === 0, binary_data_output: true };
    const { headers, body } = withTensors(INFER, { parameters, inputs: [tensor] }, frame);
    const response = await fetch(`http://127.0.0.1:${listener.port}${INFER}`, {
      method: 'POST',
      headers,
      body: body as BodyInit,
    });
    got.push(...((await outputsOf(response)).head as Float32Array));
  }
  /** What replies are no refusals. */
  async function refusedAll(faults: readonly RawFault[]): Promise<string[]> {
    const wrong: string[] = [];
    for (let at = 0; at < faults.length; at += TOGETHER) {
      const sent = faults.slice(at, at + TOGETHER).map(async (fault) => {
        const { status, body } = await send(listener.port, fault);
        if (!isRefusal(status, body)) wrong.push(`${fault.what}: ${status} ${body.slice(0, 300)}`);
      });
      await Promise.all([...sent, step()]);
    }
    return wrong;
  }

  it('lengths that lie, floods and noise are refused, each with its reason', async () => {
    const faults = Array.from({ length: EACH * RAW_FAULTS.length }, (_, number) =>
      (RAW_FAULTS[number % RAW_FAULTS.length] as (typeof RAW_FAULTS)[number])(new Random(number)),
    );
    expect(faults.length).toBeGreaterThan(300);
    expect(await refusedAll(faults)).toEqual([]);
  });

  it('what is slow is not waited for', async () => {
    expect(await refusedAll(SLOW_FAULTS.flatMap((make) => [make(new Random(1)), make(new Random(2))]))).toEqual([]);
  });

  it('who hangs up at any place disturbs nobody', async () => {
    const { headers, body = new Uint8Array() } = withTensors(INFER, { inputs: [] }, new Uint8Array(64));
    const lines = Object.entries({ ...headers, host: 'localhost', 'content-length': `${body.length}` });
    const whole = Buffer.concat([
      Buffer.from(`POST ${INFER} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`),
      body,
    ]);
    for (let length = 0; length <= whole.length; length += 7) {
      const socket = connect(listener.port, '127.0.0.1');
      await new Promise<void>((done) => {
        socket.on('error', () => done());
        socket.on('connect', () => socket.write(whole.subarray(0, length), () => done()));
      });
      socket.destroy();
      if (length % 5 === 0) await step();
    }
    await step();
  });

  it('the sequence that lived meanwhile is as it is offline, and is the only one', () => {
    const steps = got.length / 3;
    expect(steps).toBeGreaterThan(50);
    expectSameBits(got, model.run(x.subarray(0, steps * FEATURES)));
    expect(server.stats.models.map(({ sequences }) => sequences)).toEqual([1]);
  });
});
