import { randomUUID } from 'node:crypto';
import { firstRequests } from '../support/workerd.mjs';

export { columns, missing, pointName, points } from '../support/workerd.mjs';
export const title =
  'Conversation: the first request of a Worker that begins a conversation in a Durable Object, against one that does nothing, in fresh workerd processes that take turns';

export const measure = (size, effort) =>
  firstRequests({ worker: 'conversation-worker.mjs', objects: true }, size, effort, async (site, name, x) => {
    const request = {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1, x.length], data: [...x] }],
      parameters: { sequence_id: randomUUID(), sequence_start: true, sequence_step: 0 },
    };
    const path = `${site}/v2/models/lstm/infer`;
    const answer = await (await fetch(path, { method: 'POST', body: JSON.stringify(request) })).json();
    return name === 'model' ? answer.outputs[0].data.slice(0, 4) : answer;
  });
