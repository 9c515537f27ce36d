/**
 * Writes ONNX models of one operator as protobuf bytes. Field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); operators those of operator set 20.
 */

/** Element types of ONNX tensors. */
export const elementTypes = { float: 1, int32: 6, int64: 7, bool: 9 } as const;

/** A graph of one node. Inputs with data are kept in the model. */
export interface OneNode {
  readonly operator: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
  }[];
  /** Names of inputs that each run is given, before the others. */
  readonly given?: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
  /** Number of axes of the result; found by the runtime where left out. */
  readonly outputRank?: number;
  /** What the result is made of. Default float. */
  readonly outputType?: keyof typeof elementTypes;
  /** Names of what the node is given where it is not just all inputs in order; an empty one is left out. */
  readonly takes?: readonly string[];
  /** Names of its outputs. The result is the one called y, the default. */
  readonly outputs?: readonly string[];
}

/** The model's bytes; its result is called y. */
export function onnxModel(described: OneNode): Uint8Array {
  const {
    operator,
    inputs,
    given = [],
    attributes = {},
    outputRank,
    outputType = "float",
    outputs = ["y"],
  } = described;
  const takes = described.takes ?? [...given, ...inputs.map(({ name }) => name)];
  const node = [
    ...takes.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => message(5, ...attribute(name, value))),
  ];
  const initializers = inputs.map(({ name, shape, data }) =>
    message(
      5,
      ...shape.map((size) => integer(1, size)),
      integer(2, typeOf(data)),
      text(8, name),
      bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ),
  );
  const typed = (elements: number): Uint8Array => message(1, integer(1, elements), ...axesOf(outputRank));
  const ends = [
    ...given.map((name) => message(11, text(1, name), message(2, typed(elementTypes.float)))),
    message(12, text(1, "y"), message(2, typed(elementTypes[outputType]))),
  ];
  const graph = message(7, message(1, ...node), text(2, "graph"), ...initializers, ...ends);
  return Buffer.concat([integer(1, 9), graph, message(8, integer(2, 20))]);
}

function typeOf(data: OneNode["inputs"][number]["data"]): number {
  if (data instanceof Float32Array) return elementTypes.float;
  if (data instanceof Int32Array) return elementTypes.int32;
  return data instanceof BigInt64Array ? elementTypes.int64 : elementTypes.bool;
}

function axesOf(rank: number | undefined): Uint8Array[] {
  if (rank === undefined) return [];
  return [message(2, ...Array.from({ length: rank }, (_, axis) => message(1, text(2, `d${axis}`))))];
}

/** Whole numbers become integers, others floats; lists are of integers. */
function attribute(name: string, value: number | string | readonly number[]): Uint8Array[] {
  if (typeof value === "string") return [text(1, name), text(4, value), integer(20, 3)];
  if (typeof value === "object") return [text(1, name), ...value.map((each) => integer(8, each)), integer(20, 7)];
  if (Number.isInteger(value)) return [text(1, name), integer(3, value), integer(20, 2)];
  const bits = Buffer.alloc(5);
  bits[0] = (2 << 3) | 5;
  bits.writeFloatLE(value, 1);
  return [text(1, name), bits, integer(20, 1)];
}

function integer(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field << 3), ...varint(value)]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, Buffer.from(value));
}

function message(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return bytes(field, Buffer.concat(parts));
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...varint((field << 3) | 2), ...varint(value.length)]), value]);
}

function varint(value: number): number[] {
  // -1 as 64 bits
  if (value < 0) return [...Array.from({ length: 9 }, () => 0xff), 1];
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits[digits.length - 1] = (digits.at(-1) ?? 0) | 128;
    digits.push(rest % 128);
  }
  return digits;
}
