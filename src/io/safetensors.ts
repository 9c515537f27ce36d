/**
 * safetensors: tensors by name in one file that can hold nothing but numbers and strings. Reading is strict, since files
 * come from strangers: what is not exactly the format is a DataError that says where.
 *
 * Source: the format of https://github.com/huggingface/safetensors: 8 bytes of header length (little endian), the header
 * (JSON, padded with blanks), the data of all tensors without gaps. Next: `safetensorsHeader.ts`.
 */
import { type Dtype, dtypes } from "../shape/dtype.ts";
import { bytesAs, storedIn } from "../shape/elements.ts";
import { showShape } from "../shape/shape.ts";
import { DataError } from "../support/errors.ts";
import { type HostArray, hostDataOf } from "../tensor/hostArray.ts";
import { type HeaderEntry, parseHeader } from "./safetensorsHeader.ts";

/** What a file holds. */
export interface SafetensorsContent {
  readonly arrays: ReadonlyMap<string, HostArray>;
  readonly metadata: ReadonlyMap<string, string>;
}

const lengthBytes = 8;
const largestHeader = 100_000_000;
const mostElements = 2 ** 31 - 1;
const mostAxes = 64;

/** The format's names of our dtypes. */
const names = {
  bool: "BOOL",
  u8: "U8",
  i8: "I8",
  i16: "I16",
  i32: "I32",
  u32: "U32",
  i64: "I64",
  f16: "F16",
  bf16: "BF16",
  f32: "F32",
  f64: "F64",
} as const satisfies Record<Dtype, string>;
const byName: ReadonlyMap<string, Dtype> = new Map(
  Object.entries(names).map(([dtype, name]) => [name, dtype as Dtype]),
);

/**
 * The bytes of a safetensors file. The same content gives the same bytes: tensors are ordered by element size, then name,
 * so that each is aligned to its elements.
 * @throws DataError where a name is reserved, or an array's data do not have its dtype and shape.
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors, hostArray } from "smilodon/io";
 * const bytes = encodeSafetensors(new Map([["weight", hostArray(new Float32Array([1, 2, 3]))]]));
 * console.log(decodeSafetensors(bytes).arrays.get("weight")?.data);
 * ```
 */
export function encodeSafetensors(
  arrays: ReadonlyMap<string, HostArray>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  const ordered = [...arrays].sort(
    ([a, { dtype: x }], [b, { dtype: y }]) => dtypes[y].bytes - dtypes[x].bytes || (a < b ? -1 : 1),
  );
  const header: [string, unknown][] = metadata.size === 0 ? [] : [["__metadata__", Object.fromEntries(metadata)]];
  let end = 0;
  for (const [name, array] of ordered) {
    checkArray(name, array);
    const begin = end;
    end += array.data.length * dtypes[array.dtype].bytes;
    header.push([name, { dtype: names[array.dtype], shape: array.shape, data_offsets: [begin, end] }]);
  }
  // Written entry by entry: as properties of one object, names like "1" would change places
  const text = new TextEncoder().encode(
    `{${header.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(",")}}`,
  );
  const headerBytes = Math.ceil(text.length / 8) * 8;
  if (headerBytes > largestHeader)
    throw new DataError(
      `safetensors: the header would have ${headerBytes} bytes; the format allows ${largestHeader}.`,
      { headerBytes },
    );
  const bytes = new Uint8Array(lengthBytes + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(32, lengthBytes, lengthBytes + headerBytes).set(text, lengthBytes);
  let position = lengthBytes + headerBytes;
  for (const [, { dtype, data }] of ordered) {
    const elements = bytesAs(dtype, data);
    bytes.set(elements, position);
    position += elements.length;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file; the arrays are copies.
 * @throws DataError saying where the bytes are not exactly the format: header too long, not JSON of the right form,
 * names twice, dtypes that are unknown, data that overlap, leave gaps, do not fit the shape or the file.
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  const { text, dataStart } = splitHeader(bytes);
  const { entries, metadata } = parseHeader(text);
  const data = bytes.subarray(dataStart);
  checkLayout(entries, data.length);
  return { arrays: new Map([...entries].map(([name, entry]) => [name, readArray(name, entry, data)])), metadata };
}

function splitHeader(bytes: Uint8Array): { text: string; dataStart: number } {
  if (bytes.length < lengthBytes)
    throw new DataError(`safetensors: the file has ${bytes.length} bytes; the length of the header alone takes 8.`, {
      bytes: bytes.length,
    });
  const length = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes).getBigUint64(0, true);
  if (length > largestHeader)
    throw new DataError(
      `safetensors: the header claims ${length} bytes; the format allows ${largestHeader}. Is this a safetensors file?`,
      { length },
    );
  const dataStart = lengthBytes + Number(length);
  if (dataStart > bytes.length)
    throw new DataError(
      `safetensors: the header claims ${length} bytes and the file has ${bytes.length}. It may be cut off.`,
      { length, bytes: bytes.length },
    );
  const header = bytes.subarray(lengthBytes, dataStart);
  if (header[0] !== 123)
    throw new DataError('safetensors, header, character 0: the header has to begin with "{".', { character: 0 });
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header), dataStart };
  } catch {
    throw new DataError("safetensors: the header is not UTF-8 text.");
  }
}

/** The tensors' data must fill the bytes after the header one after the other: no gap, no overlap, nothing left over. */
function checkLayout(entries: ReadonlyMap<string, HeaderEntry>, available: number): void {
  let next = 0;
  const ordered = [...entries].sort(([, { offsets: a }], [, { offsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  for (const [name, { offsets }] of ordered) {
    const [begin, end] = offsets;
    if (begin !== next || end < begin || end > available) {
      throw new DataError(
        `safetensors: tensor ${JSON.stringify(name)} takes bytes ${begin} to ${end} of the data; it should begin at byte ${next} and end within ${available}. ` +
          "Tensors may not overlap, leave gaps or reach past the file.",
        { name, begin, end, expected: next, available },
      );
    }
    next = end;
  }
  if (next !== available)
    throw new DataError(`safetensors: the tensors end at byte ${next} of the data, and the file has ${available}.`, {
      end: next,
      available,
    });
}

function readArray(name: string, { dtype: dtypeName, shape, offsets }: HeaderEntry, data: Uint8Array): HostArray {
  const dtype = byName.get(dtypeName);
  if (dtype === undefined)
    throw new DataError(
      `safetensors: tensor ${JSON.stringify(name)} has dtype ${JSON.stringify(dtypeName)}; those that can be read are ${[...byName.keys()].join(", ")}.`,
      { name, dtype: dtypeName },
    );
  const count = countElements(name, shape);
  const [begin, end] = offsets;
  if (count * dtypes[dtype].bytes !== end - begin) {
    throw new DataError(
      `safetensors: tensor ${JSON.stringify(name)} of ${dtypeName}${showShape(shape)} takes ${count * dtypes[dtype].bytes} bytes and was given ${end - begin}.`,
      { name, begin, end },
    );
  }
  // A copy is aligned wherever the bytes began, and does not keep the whole file alive
  const copy = new Uint8Array(data.subarray(begin, end));
  const wrong = dtype === "bool" ? copy.findIndex((value) => value > 1) : -1;
  if (wrong >= 0)
    throw new DataError(
      `safetensors: tensor ${JSON.stringify(name)}, element ${wrong} is ${copy[wrong]}; booleans are 0 or 1.`,
      { name, element: wrong },
    );
  return { dtype, shape, data: hostDataOf(dtype, storedIn(dtype, copy)) };
}

function countElements(name: string, shape: readonly number[]): number {
  if (shape.length > mostAxes)
    throw new DataError(
      `safetensors: tensor ${JSON.stringify(name)} has ${shape.length} axes; ${mostAxes} are allowed.`,
      { name },
    );
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (count <= mostElements && size <= mostElements) continue;
    throw new DataError(
      `safetensors: tensor ${JSON.stringify(name)} has shape ${showShape(shape)}, more than ${mostElements} elements.`,
      { name },
    );
  }
  return count;
}

function checkArray(name: string, { dtype, shape, data }: HostArray): void {
  if (name === "__metadata__" || !name.isWellFormed())
    throw new DataError(`safetensors: a tensor cannot be named ${JSON.stringify(name)}.`, { name });
  const isOwn = data instanceof (dtype === "i64" ? BigInt64Array : dtypes[dtype].array);
  if (!isOwn || countElements(name, shape) !== data.length) {
    throw new DataError(
      `safetensors: the data of tensor ${JSON.stringify(name)} are not ${dtype}${showShape(shape)}.`,
      { name, dtype, shape },
    );
  }
}
