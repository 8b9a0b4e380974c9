/** What is often saved or given in the place of a model: its first bytes in hexadecimal, or its first characters. */
const LOOKALIKES: readonly (readonly [bytes: RegExp, text: RegExp, what: string, expected: string])[] = [
  [/^/, /^version https:\/\/git-lfs/, 'a pointer of Git LFS, not the file itself', 'the file: git lfs pull'],
  [/^/, /^\s*<(!doctype|html|head|body)/i, 'an HTML page', 'a model; the download may have failed'],
  [/^/, /^\s*<(\?xml|\w+[ >])/, 'an XML document', 'a model; the download may have failed'],
  [/^1f8b/, /^/, 'packed with gzip', 'the file in it'],
  [/^425a68/, /^BZh\d/, 'packed with bzip2', 'the file in it'],
  [/^fd377a585a/, /^/, 'packed with xz', 'the file in it'],
  [/^28b52ffd/, /^/, 'packed with zstd', 'the file in it'],
  [/^504b0506/, /^/, 'an empty zip archive', 'a model'],
  [/^efbbbf/, /^/, 'a text with a byte order mark', 'UTF-8 without it'],
  [/^934e554d5059/, /^/, 'a single NumPy array', 'an .npz of all arrays by name'],
  // Protobuf: a version, and a message where ONNX has the name of its producer.
  [/^08[01].12([89a-f].){0,3}[0-7].0a/, /^/, 'a Core ML model', 'the model that it was converted from'],
  [
    /^/,
    /#include "(rnn|nnet)\.h"/,
    'RNNoise weights as C source',
    'the .rnnn text, or the blob that dump_weights_blob writes of it',
  ],
  [/^/, /^GGUF/, 'a GGUF model', 'a recurrent model'],
  // But for those that begin as torch.save does.
  [
    /^80(?!(..){0,12}8a0a6cfc9c)/,
    /\b(sklearn|joblib|xgboost|lightgbm|pandas|numpy|keras)\b/,
    'a pickle of another library',
    "what a framework's own save writes",
  ],
  [/^/, /^[\s!-~]{9,}$/, 'a text', 'a model; the download may have failed'],
];

/**
 * What the bytes look like that are no model: a name, what to bring instead, and what was seen.
 * @returns undefined for everything else.
 */
export function lookalike(bytes: Uint8Array): readonly [what: string, expected: string, got: string] | undefined {
  const [first, text] = [hex(bytes, 24), String.fromCharCode(...bytes.subarray(0, 1000))];
  const found = LOOKALIKES.find(([beginning, words]) => beginning.test(first) && words.test(text));
  if (!found) return undefined;
  const [, words, what, expected] = found;
  const [, library] = what.endsWith('library') ? (words.exec(text) ?? []) : [];
  const [line] = /^[ -~]{3,60}/.exec(text.trimStart()) ?? [];
  return [what, expected, library ?? line ?? seen(bytes)];
}

/** The first bytes, for an error. */
export const seen = (bytes: Uint8Array): string => `bytes ${hex(bytes, 8).replace(/..(?=.)/g, '$& ')} …`;

const hex = (bytes: Uint8Array, count: number): string =>
  [...bytes.subarray(0, count)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
