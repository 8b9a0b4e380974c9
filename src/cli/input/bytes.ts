import { type FileHandle, open } from 'node:fs/promises';

/** Up to so many bytes of a file from a place on; fewer only at its end. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** A file, as long as it is used. */
export async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await open(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Where rows of equally many bytes stand in a file. */
export interface RowPlaces {
  readonly begin: number;
  readonly rowBytes: number;
  readonly rows: number;
}

/** The bytes of all rows, at most so many rows at a time. */
export async function* rowsAt(
  path: string,
  { begin, rowBytes, rows }: RowPlaces,
  most: number,
): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    for (let row = 0; row < rows; row += most)
      yield await readAt(file, begin + row * rowBytes, Math.min(most, rows - row) * rowBytes);
  } finally {
    await file.close();
  }
}
