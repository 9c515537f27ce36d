/** Pictures that are stored as they are: the idx files of MNIST and its kin, and the binary records of CIFAR-10 and CIFAR-100. */
import { sizeOf } from "../../shape/shape.ts";
import { DataError } from "../../support/errors.ts";
import { type HostArray, hostArray } from "../../tensor/hostArray.ts";
import type { ByteSource } from "../byteSource.ts";
import { joinBytes } from "../joinBytes.ts";
import { unpackedBlocks } from "./pictureSource.ts";

/** Bytes of all blocks of `source`, unpacked where they are gzipped. */
async function wholeOf(source: ByteSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of unpackedBlocks(source)) parts.push(part.slice());
  } catch (cause) {
    throw new DataError(`${source.name}: the gzip file is cut short or damaged. Fetch it again.`, { cause });
  }
  return joinBytes(parts);
}

/** Element types of idx files by their code, as bytes and how each is read. */
const idxTypes: Readonly<
  Record<number, { bytes: number; dtype: HostArray["dtype"]; read: (view: DataView, at: number) => number }>
> = {
  8: { bytes: 1, dtype: "u8", read: (view, at) => view.getUint8(at) },
  9: { bytes: 1, dtype: "i8", read: (view, at) => view.getInt8(at) },
  11: { bytes: 2, dtype: "i16", read: (view, at) => view.getInt16(at) },
  12: { bytes: 4, dtype: "i32", read: (view, at) => view.getInt32(at) },
  13: { bytes: 4, dtype: "f32", read: (view, at) => view.getFloat32(at) },
  14: { bytes: 8, dtype: "f64", read: (view, at) => view.getFloat64(at) },
};

/**
 * An array in the idx format: two zeros, a code of the element type, the rank, the sizes as 32 bits each, then the elements,
 * all with the highest byte first. Gzipped or not.
 * @throws DataError where it is no idx file, or has more or fewer bytes than it says.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", file formats.
 *
 * @example
 * ```ts
 * import { blobSource, readIdx } from "smilodon/data";
 * const file = new Blob([new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1])]);
 * console.log((await readIdx(blobSource(file, "labels.idx"))).data); // [7, 2, 1]
 * ```
 */
export async function readIdx(source: ByteSource): Promise<HostArray> {
  const bytes = await wholeOf(source);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = idxTypes[bytes[2] ?? 0];
  const rank = bytes[3] ?? 0;
  const start = 4 + 4 * rank;
  if (bytes.length < start || bytes[0] !== 0 || bytes[1] !== 0 || type === undefined)
    throw new DataError(
      `${source.name}: this is no idx file; it begins with ${Array.from(bytes.subarray(0, 4)).join(" ") || "nothing"}.`,
      { name: source.name },
    );
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = start + sizeOf(shape) * type.bytes;
  if (bytes.length !== expected)
    throw new DataError(
      `${source.name}: the file says [${shape}] elements of ${type.bytes} bytes, ${expected} bytes in all, and has ${bytes.length}. Fetch it again.`,
      { name: source.name, shape, expected, bytes: bytes.length },
    );
  if (type.dtype === "u8") return hostArray(bytes.slice(start), shape, "u8");
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, index) => type.read(view, start + index * type.bytes));
  return hostArray(data, shape, type.dtype);
}

/** Pictures and labels of CIFAR files. */
export interface CifarRecords {
  /** u8 [count, 32, 32, 3]: rows of pixels, red, green and blue side by side. */
  readonly pixels: HostArray;
  /** i32 [count]; of CIFAR-100 the fine ones. */
  readonly labels: HostArray;
  /** Of CIFAR-100: i32 [count], the twenty groups. */
  readonly groups?: HostArray;
}

/**
 * Records of CIFAR-10 (one label byte) or CIFAR-100 (group, then label), then the planes of red, green and blue.
 * @throws DataError where the size is no whole number of records, or a label is out of range.
 *
 * Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009; the binary version.
 *
 * @example
 * ```ts
 * import { blobSource, readCifar } from "smilodon/data";
 * const record = new Uint8Array(3073).fill(9);
 * const { pixels, labels } = await readCifar(blobSource(new Blob([record]), "data_batch_1.bin"));
 * console.log(pixels.shape, labels.data); // [1, 32, 32, 3] [9]
 * ```
 */
export async function readCifar(source: ByteSource, classes: 10 | 100 = 10): Promise<CifarRecords> {
  const bytes = await wholeOf(source);
  const labelBytes = classes === 10 ? 1 : 2;
  const plane = 32 * 32;
  const record = labelBytes + 3 * plane;
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new DataError(
      `${source.name}: ${bytes.length} bytes are no whole number of CIFAR-${classes} records of ${record} bytes.`,
      { name: source.name, bytes: bytes.length },
    );
  const count = bytes.length / record;
  const pixels = new Uint8Array(count * 3 * plane);
  const [labels, groups] = [new Int32Array(count), new Int32Array(count)];
  for (let index = 0; index < count; index++) {
    const from = index * record;
    groups[index] = bytes[from] ?? 0;
    const label = bytes[from + labelBytes - 1] ?? 0;
    if (label >= classes)
      throw new DataError(`${source.name}: record ${index} has label ${label}; there are ${classes} classes.`, {
        index,
        label,
      });
    labels[index] = label;
    for (let channel = 0; channel < 3; channel++) {
      const start = from + labelBytes + channel * plane;
      for (let pixel = 0; pixel < plane; pixel++)
        pixels[(index * plane + pixel) * 3 + channel] = bytes[start + pixel] ?? 0;
    }
  }
  return {
    pixels: hostArray(pixels, [count, 32, 32, 3], "u8"),
    labels: hostArray(labels, [count], "i32"),
    ...(classes === 100 ? { groups: hostArray(groups, [count], "i32") } : {}),
  };
}
