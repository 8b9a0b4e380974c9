// Files of before 1.6, opcode by opcode: what no version of PyTorch writes.
const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
export const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
export const int = (value: number) =>
  `J${String.fromCharCode(...[0, 8, 16, 24].map((shift) => (value >> shift) & 255))}`;
const magic = '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.M\xe9\x03.}.';
export const id = (key: string, type = 'Float', length = 4, rest = 'N') =>
  `(${text('storage')}ctorch\n${type}Storage\n${text(key)}${text('cpu')}${int(length)}${rest}tQ`;
export const tensor = (storage: string, { offset = 0, shape = [2, 2], strides = [2, 1] } = {}) =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${int(offset)}(${shape.map(int).join('')}t(${strides.map(int).join('')}t\x89NtR`;
export const dict = (tensors: Record<string, string>) =>
  `}(${Object.entries(tensors)
    .map(([name, one]) => text(name) + one)
    .join('')}u`;
export const float4 = String.fromCharCode(...new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer));
export const length = (n: number) => `${String.fromCharCode(n)}\0\0\0\0\0\0\0`;
export const stream = (object: string, keys = ['a'], data = `${length(4)}${float4}`) =>
  bytes(`${magic}${object}.](${keys.map(text).join('')}e.${data}`);
