import type { Parts } from '../parts.js';

type Doc = object;

const ref = (name: string): Doc => ({ $ref: `#/components/schemas/${name}` });
const content = (schema: Doc): Doc => ({ 'application/json': { schema } });
const ok = (description: string, schema: Doc = {}): Doc => ({ description, content: content(schema) });
const text = (description: string): Doc => ({ type: 'string', description });
const list = (items: Doc): Doc => ({ type: 'array', items });
const object = (properties: Doc, required: readonly string[] = Object.keys(properties)): Doc => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});

const parameter = (name: string, description: string, where = 'path'): Doc => ({
  name,
  in: where,
  required: where === 'path',
  description,
  schema: { type: 'string' },
});
const MODEL = parameter('model', 'Its name.');
const VERSION = parameter('version', 'The version that is served.');

/** Bytes of tensors behind the JSON, whose length this header says. */
const BINARY: Doc = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

const tensor = (parameters: Doc, required: readonly string[]): Doc =>
  object(
    {
      name: text('Of the model.'),
      shape: list({ type: 'integer', minimum: 0 }),
      datatype: text('FP32; of token ids INT32, and in requests any integers.'),
      parameters: object(parameters, []),
      data: { type: 'array', items: {}, description: 'Row-major, flat or nested.' },
    },
    required,
  );
const BINARY_SIZE: Doc = {
  binary_data_size: { type: 'integer', description: 'Bytes behind the JSON, instead of data.' },
};

const SCHEMAS: Doc = {
  Error: object({ error: text('Where, what, expected, got.') }),
  ServerMetadata: object({ name: text(''), version: text(''), extensions: list({ type: 'string' }) }),
  ModelMetadata: object({
    name: text(''),
    versions: list({ type: 'string' }),
    platform: text(''),
    inputs: list(ref('TensorMetadata')),
    outputs: list(ref('TensorMetadata')),
  }),
  TensorMetadata: object({
    name: text(''),
    datatype: text(''),
    shape: list({ type: 'integer', description: '-1 where it is free.' }),
  }),
  InferRequest: object(
    {
      id: text('Comes back with the reply.'),
      parameters: object(
        {
          sequence_id: { type: ['integer', 'string'], description: 'A number up to 2^53 - 1, or text.' },
          sequence_start: { type: 'boolean', description: 'Begins the sequence, anew if it lives.' },
          sequence_end: { type: 'boolean', description: 'Its state is not needed any longer.' },
          sequence_step: {
            type: 'integer',
            description:
              'Timesteps that the client has had replies of: a repeated request gets its reply again, any other but the next 409.',
          },
          binary_data_output: { type: 'boolean', description: 'All outputs as bytes behind the JSON.' },
          timeout: { type: 'integer', description: 'Microseconds.' },
        },
        [],
      ),
      inputs: {
        ...list(tensor(BINARY_SIZE, ['name', 'shape', 'datatype'])),
        description:
          'All of the model, and `mask` (BOOL, [batch, time]) or `lengths` (integers, [batch]) if not all timesteps count.',
      },
      outputs: list(object({ name: text(''), parameters: object({ binary_data: { type: 'boolean' } }, []) }, ['name'])),
    },
    ['inputs'],
  ),
  InferReply: object(
    {
      model_name: text(''),
      model_version: text(''),
      id: text(''),
      parameters: object({ sequence_id: {}, sequence_step: { type: 'integer', description: 'Timesteps made.' } }, []),
      outputs: list(tensor(BINARY_SIZE, ['name', 'shape', 'datatype'])),
    },
    ['model_name', 'model_version', 'outputs'],
  ),
};

const ERRORS: Doc = { default: { description: 'What was wrong.', content: content(ref('Error')) } };

const read = (summary: string, good: Doc, parameters: readonly Doc[] = []): Doc => ({
  get: { summary, ...(parameters.length > 0 && { parameters }), responses: { 200: good, ...ERRORS } },
});

const post = (summary: string, schema: Doc, good: Doc, parameters: readonly Doc[] = [], binary: Doc = {}): Doc => ({
  post: {
    summary,
    ...(parameters.length > 0 && { parameters }),
    requestBody: { content: { ...content(schema), ...binary } },
    responses: { 200: good, ...ERRORS },
  },
});

/** What there is of one model, at a path. */
function modelPaths(base: string, parameters: readonly Doc[]): Doc {
  const length = parameter('Inference-Header-Content-Length', 'Bytes of the JSON, where others follow it.', 'header');
  const once = parameter(
    'Idempotency-Key',
    'Tells a request of a sequence from all others: the last one sent again gets its reply again.',
    'header',
  );
  const replies: Doc = { description: 'Outputs.', content: { ...content(ref('InferReply')), ...BINARY } };
  return {
    [base]: read('Its inputs and outputs', ok('Metadata.', ref('ModelMetadata')), parameters),
    [`${base}/ready`]: read('Whether it can be used', ok('It can.'), parameters),
    [`${base}/infer`]: post(
      'Runs it, or takes a sequence further',
      ref('InferRequest'),
      replies,
      [...parameters, length, once],
      BINARY,
    ),
    [`${base}/stream`]: {
      get: {
        summary: 'A stream of its own over a WebSocket: float32 frames in, float32 frames out',
        parameters: [
          ...parameters,
          parameter('resume', 'The token of a stream that was left.', 'query'),
          parameter('received', 'Timesteps whose outputs the client has.', 'query'),
        ],
        responses: { 101: { description: 'A WebSocket.' }, ...ERRORS },
      },
    },
  };
}

const REPOSITORY: Doc = {
  '/v2/repository/index': post('All models', object({ ready: { type: 'boolean' } }, []), ok('Models.', list({}))),
  '/v2/repository/models/{model}/load': post('Loads it, anew if it is there', {}, ok('Loaded.'), [MODEL]),
  '/v2/repository/models/{model}/unload': post('Serves it no longer', {}, ok('Unloaded.'), [MODEL]),
};

/** The server's OpenAPI 3.1 document. */
export function openApi({ options }: Parts): Doc {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gatewise',
      version: '2',
      description: 'The Open Inference Protocol (version 2), with sequences, binary tensors and streams.',
    },
    paths: {
      '/v2': read('What the server is', ok('Metadata.', ref('ServerMetadata'))),
      '/v2/health/live': read('Whether it runs', ok('It does.')),
      '/v2/health/ready': read('Whether it takes requests', ok('It does.')),
      ...modelPaths('/v2/models/{model}', [MODEL]),
      ...modelPaths('/v2/models/{model}/versions/{version}', [MODEL, VERSION]),
      ...(options.repository && REPOSITORY),
      '/openapi.json': read('This document', ok('OpenAPI 3.1.')),
    },
    components: { schemas: SCHEMAS },
  };
}
