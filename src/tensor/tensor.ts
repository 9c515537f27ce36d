/**
 * The tensor that users hold: a handle to a node of the graph. Operations build nodes and compute nothing;
 * reading the data runs what is needed. The operations are functions in the files beside this one, which also
 * attach them as methods.
 */
import { type Node, sourceNode } from "../graph/node.ts";
import { readNode, readNodeSync } from "../runtime/realize.ts";
import { currentDevice } from "../runtime/registry.ts";
import { disposeStorage, storeData } from "../runtime/storage.ts";
import { checkDtype, type Data, type Dtype, dtypeOfData, isFloat } from "../shape/dtype.ts";
import { bytesAs, numbersOf, type Scalar, storedIn } from "../shape/elements.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { ArgumentError, DataError, DtypeError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import type { ShapeType, ShapeWitness } from "./shapeTypes.ts";

export type { ShapeType } from "./shapeTypes.ts";

/** Numbers nested as deep as the tensor has axes. */
export type Nested = number | boolean | readonly Nested[];

/** What nested arrays may hold that become a tensor: bigints, too, which i64 takes exactly. */
export type NestedValues = Scalar | boolean | readonly NestedValues[];

/** Typed arrays of whole elements. */
export type HostData = Data | BigInt64Array;

/**
 * An array of numbers with a shape and a dtype, whose value may not have been computed yet. `S` says in the
 * type what is known of the shape.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * const x = tensor([[1, 2], [3, 4]]);
 * console.log(x.shape, x.dtype, await x.add(1).data());
 * ```
 */
export class Tensor<S extends ShapeType = ShapeType> {
  /** The node of the graph that this tensor names. */
  readonly node: Node;

  /** Wraps a node of the graph; users make tensors with `tensor`, `zeros` and their kin. */
  constructor(node: Node) {
    this.node = node;
  }

  /** Sizes of the axes, outermost first. */
  get shape(): Shape {
    return this.node.type.shape;
  }

  /** Element type. */
  get dtype(): Dtype {
    return this.node.type.dtype;
  }

  /** Number of axes. */
  get rank(): number {
    return this.node.type.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.node.type.shape);
  }

  /**
   * The elements as numbers, row by row, in a new typed array: that of the dtype where JavaScript has one, Float32Array for
   * f16 and bf16, Float64Array for i64, bytes for booleans. Runs what has not run yet.
   * @throws DataError where an i64 is beyond ±2⁵³, which no number holds: `bigints` reads those.
   */
  async data(): Promise<Data> {
    return numbersOf(this.dtype, storedIn(this.dtype, await readNode(this.node)));
  }

  /** The same at once, on devices of the CPU. @throws UnsupportedError on other devices. */
  dataSync(): Data {
    return numbersOf(this.dtype, storedIn(this.dtype, readNodeSync(this.node)));
  }

  /** The elements of an integer tensor as bigints, exact for every i64. @throws DtypeError for floats. */
  async bigints(): Promise<BigInt64Array<ArrayBuffer>> {
    if (isFloat(this.dtype))
      throw new DtypeError(
        `bigints: ${this.dtype} has fractions. Read it with data(), or convert with astype("i64").`,
        {
          dtype: this.dtype,
        },
      );
    return BigInt64Array.from(storedIn(this.dtype, await readNode(this.node)), BigInt);
  }

  /** The only element. @throws ShapeError where there are more or fewer. */
  async item(): Promise<number> {
    if (this.size !== 1)
      throw new ShapeError(
        `item: ${showShape(this.shape)} has ${this.size} elements, not one. Read them with data().`,
        { shape: this.shape },
      );
    return at(await this.data(), 0);
  }

  /** The elements as nested arrays; booleans as booleans. */
  async toArray(): Promise<Nested> {
    return nest(await this.data(), this.shape, this.dtype);
  }

  /** Frees the memory now rather than when the collector finds it. Using the tensor afterwards throws a DisposedError. */
  dispose(): void {
    disposeStorage(this.node);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return `Tensor(${this.dtype}${showShape(this.shape)})`;
  }
}

/** Operations are attached as methods by the modules that define them. */
export interface Tensor<S extends ShapeType> {
  /** Only in the type: what is known of the shape. */
  shapeWitness?(shape: ShapeWitness<S>): void;
}

/** What can become a tensor. */
export type TensorLike = Tensor | NestedValues | HostData;

/** How `tensor` reads its data. */
export interface TensorOptions {
  /** Sizes; by default those of the nesting, or one axis for a typed array. */
  readonly shape?: Shape;
  /** Element type; by default that of the typed array, bool for booleans, i64 for bigints, else f32. */
  readonly dtype?: Dtype;
}

/**
 * A tensor of `values`: a number, nested arrays, or a typed array.
 * @throws ShapeError where nested arrays are ragged or `shape` has another number of elements;
 * DataError where a value is not a number.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * const x = tensor(new Float32Array([1, 2, 3, 4, 5, 6]), { shape: [2, 3] });
 * ```
 */
export function tensor(values: NestedValues | HostData, options: TensorOptions = {}): Tensor {
  const isData = ArrayBuffer.isView(values);
  const found = isData ? [values.length] : nestedShape(values);
  const shape = checkShape("tensor", options.shape ?? found);
  if (sizeOf(shape) !== sizeOf(found)) {
    throw new ShapeError(
      `tensor: ${sizeOf(found)} values do not fill shape ${showShape(shape)}, which has ${sizeOf(shape)} elements.`,
      { shape, values: sizeOf(found) },
    );
  }
  const flat = isData ? values : flatten(values);
  return fromData(flat, shape, options.dtype ?? (isData ? dtypeOfData(values) : dtypeOfNested(values)));
}

/** A tensor that holds a copy of `values` as `dtype`. */
export function fromData(values: ArrayLike<Scalar>, shape: Shape, dtype: Dtype): Tensor {
  const device = currentDevice();
  const node = sourceNode({ shape, dtype }, device.name);
  storeData(node, device, bytesAs(checkDtype(dtype), values));
  return new Tensor(node);
}

function nestedShape(values: NestedValues): number[] {
  const shape: number[] = [];
  let level: NestedValues | undefined = values;
  while (Array.isArray(level)) {
    shape.push(level.length);
    level = level[0];
  }
  return shape;
}

function flatten(values: NestedValues): Scalar[] {
  const flat: Scalar[] = [];
  const visit = (value: NestedValues, path: readonly number[], shape: readonly number[]): void => {
    if (typeof value === "object") {
      if (value.length !== shape[0]) {
        throw new ShapeError(
          `tensor: ragged array: [${path.join("][")}] has ${value.length} entries where the others have ${shape[0] ?? "none"}.`,
          { path },
        );
      }
      value.forEach((entry, index) => visit(entry, [...path, index], shape.slice(1)));
      return;
    }
    if (shape.length > 0)
      throw new ShapeError(
        `tensor: ragged array: entry [${path.join("][")}] is a number where the others are arrays.`,
        { path },
      );
    if (typeof value !== "number" && typeof value !== "bigint" && typeof value !== "boolean") {
      throw new DataError(`tensor: entry [${path.join("][")}] is ${String(value)} (${typeof value}), not a number.`, {
        path,
        value,
      });
    }
    flat.push(typeof value === "bigint" ? value : Number(value));
  };
  visit(values, [], nestedShape(values));
  return flat;
}

function dtypeOfNested(values: NestedValues): Dtype {
  const holdsOnly = (type: string, value: NestedValues): boolean =>
    typeof value === "object"
      ? value.length > 0 && value.every((entry) => holdsOnly(type, entry))
      : typeof value === type;
  return holdsOnly("boolean", values) ? "bool" : holdsOnly("bigint", values) ? "i64" : "f32";
}

function nest(data: Data, shape: Shape, dtype: Dtype, offset = 0): Nested {
  const [size, ...inner] = shape;
  if (size === undefined) return dtype === "bool" ? data[offset] === 1 : at(data, offset);
  return Array.from({ length: size }, (_, index) => nest(data, inner, dtype, offset + index * sizeOf(inner)));
}

/** @throws ArgumentError unless `values` is a tensor; `operation` and `name` say where. */
export function requireTensor(operation: string, name: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) {
    throw new ArgumentError(
      `${operation}: ${name} is ${String(value)} (${typeof value}), not a Tensor. Make one with tensor(…).`,
      { operation, name },
    );
  }
}
