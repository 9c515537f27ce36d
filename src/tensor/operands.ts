/**
 * What operations may be given, and how it becomes what the strict graph wants: one dtype (promotion) and one
 * shape (broadcasting). JavaScript numbers are weak: they take the dtype of the tensors they meet. Every
 * operation of several tensors goes through here, and so do the messages when they do not fit.
 */
import { layerPath, type Node, node, withOneOrigin } from "../graph/node.ts";
import type { Primitive, PrimitiveOf, PrimitiveParams } from "../graph/primitives.ts";
import { computedIn, type Dtype, dtypes, isFloat, promote } from "../shape/dtype.ts";
import { broadcastShapes, type Shape, sameShape } from "../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../support/errors.ts";
import type { Broadcast, Broadcasts, ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

/** What element-wise operations take: a tensor, or a JavaScript number or boolean that broadcasts to any shape. */
export type Operand = Tensor | number | boolean;

/** Shape of an operand's type: that of a tensor, `[]` of a number. */
export type ShapeOf<T> = [T] extends [Tensor<infer S>] ? S : [T] extends [number | boolean] ? [] : ShapeType;

/** `B` where it broadcasts with `A`; elsewhere a type that no operand has, which names the sizes. */
export type Fitting<A, B> = B & Broadcasts<ShapeOf<A>, ShapeOf<B>>;

/** The tensor that `A` and `B` broadcast to. */
export type Joined<A, B> = Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>>;

/** Primitives that map elements to elements and need to know nothing else. */
export type PlainMap = {
  [P in PrimitiveOf<"map">]: Readonly<Record<never, never>> extends PrimitiveParams[P] ? P : never;
}[PrimitiveOf<"map">];

/**
 * Applies `primitive` to `operands`, promoted to one dtype (then changed by `convert`) and broadcast to one shape.
 * Errors name `operation`.
 */
export function mapOperands(
  primitive: PlainMap,
  operands: readonly Operand[],
  convert = keep,
  operation: string = primitive,
): Tensor {
  const dtype = convert(commonDtype(operation, operands));
  const shape = commonShape(operation, operands);
  return withOneOrigin(
    () =>
      new Tensor(
        node(
          primitive,
          operands.map((operand) => operandNode(operand, dtype, shape)),
          {},
        ),
      ),
  );
}

/** For operations that are defined on all dtypes alike. */
export function keep(dtype: Dtype): Dtype {
  return dtype;
}

/** For operations that are defined on floats only: integers and booleans become f32. */
export function toFloat(dtype: Dtype): Dtype {
  return isFloat(dtype) ? dtype : "f32";
}

/** `x` as floats: integers and booleans become f32. */
export function floatsOf(x: Tensor): Tensor {
  return new Tensor(castNode(x.node, toFloat(x.dtype)));
}

/** What `compute` makes of `x` as floats: of f16 and bf16 in f32 all the way, rounded once at the end. */
export function throughFloats(x: Tensor, compute: (values: Tensor) => Tensor): Tensor {
  const dtype = toFloat(x.dtype);
  return new Tensor(castNode(compute(new Tensor(castNode(x.node, computedIn(dtype)))).node, dtype));
}

/**
 * What `compute` makes of a and b, promoted to one float dtype and broadcast to one shape: of f16 and bf16 in f32 all the
 * way, rounded once at the end. Errors name `operation`.
 */
export function joinFloats(
  operation: string,
  a: Operand,
  b: Operand,
  compute: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  const dtype = toFloat(commonDtype(operation, [a, b]));
  return withOneOrigin(() => {
    const values = joinPair(operation, a, b, () => computedIn(dtype));
    return new Tensor(castNode(compute(...values).node, dtype));
  });
}

/** Two operands as tensors of one dtype (the promoted one, changed by `convert`) and one shape. */
export function joinPair(
  operation: string,
  a: Operand,
  b: Operand,
  convert: (dtype: Dtype) => Dtype,
): readonly [Tensor, Tensor] {
  const dtype = convert(commonDtype(operation, [a, b]));
  const shape = commonShape(operation, [a, b]);
  return [new Tensor(operandNode(a, dtype, shape)), new Tensor(operandNode(b, dtype, shape))];
}

/** For arithmetic: booleans count, as i32. */
export function toNumber(dtype: Dtype): Dtype {
  return dtype === "bool" ? "i32" : dtype;
}

/**
 * The dtype that `operands` combine to.
 * @throws DtypeError where there is none, ArgumentError where an operand is neither tensor, number nor boolean.
 */
export function commonDtype(operation: string, operands: readonly Operand[]): Dtype {
  let dtype: Dtype | undefined;
  for (const operand of operands) {
    requireOperand(operation, operand);
    if (!(operand instanceof Tensor)) continue;
    const other: Dtype = operand.dtype;
    const before = dtype ?? other;
    dtype = before === other ? other : explaining(operation, operands, () => promote(before, other));
  }
  if (dtype === undefined) return operands.every((operand) => typeof operand === "boolean") ? "bool" : "f32";
  for (const operand of operands) if (!(operand instanceof Tensor)) dtype = withScalar(operation, dtype, operand);
  return dtype;
}

/** The shape that `operands` broadcast to. @throws ShapeError naming the shapes and the axis where they differ. */
export function commonShape(operation: string, operands: readonly Operand[]): Shape {
  const shapes: Shape[] = [];
  for (const operand of operands) if (operand instanceof Tensor) shapes.push(operand.shape);
  const [first] = shapes;
  if (first !== undefined && shapes.every((shape) => sameShape(shape, first))) return first;
  return explaining(operation, operands, () => broadcastShapes(operation, ...shapes));
}

/** A node of `dtype` and `shape` with the value of `operand`. */
export function operandNode(operand: Operand, dtype: Dtype, shape: Shape): Node {
  if (operand instanceof Tensor) return expandNode(castNode(operand.node, dtype), shape);
  return expandNode(node("constant", [], { value: Number(operand), dtype }), shape);
}

/** `input` as `dtype`. */
export function castNode(input: Node, dtype: Dtype): Node {
  return input.type.dtype === dtype ? input : node("astype", [input], { dtype });
}

/** `input` broadcast to `shape`, its axes aligned with the last ones of `shape`. */
export function expandNode(input: Node, shape: Shape): Node {
  if (sameShape(input.type.shape, shape)) return input;
  const missing = shape.length - input.type.shape.length;
  const aligned =
    missing > 0
      ? node("reshape", [input], { shape: [...new Array<number>(missing).fill(1), ...input.type.shape] })
      : input;
  return sameShape(aligned.type.shape, shape) ? aligned : node("broadcast", [aligned], { shape });
}

/** A new tensor of one primitive on one tensor. */
export function mapTensor<P extends Primitive>(primitive: P, input: Tensor, params: PrimitiveParams[P]): Tensor {
  return new Tensor(node(primitive, [input.node], params));
}

/** `operand` as a tensor by itself: numbers are f32, booleans bool. */
export function asTensor(operation: string, operand: Operand): Tensor {
  requireOperand(operation, operand);
  return operand instanceof Tensor ? operand : new Tensor(operandNode(operand, commonDtype(operation, [operand]), []));
}

/** Runs `make`; an error of shapes or dtypes in it is told the layer and where the operands were made. */
export function explaining<T>(operation: string, operands: readonly unknown[], make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ShapeError) throw new ShapeError(error.message + whence(operands), error.facts);
    if (error instanceof DtypeError) {
      const message = error.message.startsWith(operation) ? error.message : `${operation}: ${error.message}`;
      throw new DtypeError(message + whence(operands), error.facts);
    }
    throw error;
  }
}

/** Layer and places for the end of a message, or nothing where none is known. */
export function whence(operands: readonly unknown[]): string {
  const layer = layerPath();
  const places = operands.flatMap((operand) =>
    operand instanceof Tensor && operand.node.origin.line !== "" ? [operand.node.origin.line] : [],
  );
  const made =
    places.length === 0
      ? ""
      : ` ${places.length === 1 ? "The operand was" : "The operands were"} made at ${places.join(" and ")}.`;
  return `${layer === "" ? "" : ` In layer ${layer}.`}${made}`;
}

function requireOperand(operation: string, operand: unknown): void {
  if (operand instanceof Tensor || typeof operand === "number" || typeof operand === "boolean") return;
  throw new ArgumentError(
    `${operation}: ${String(operand)} (${typeof operand}) is neither a tensor nor a number. Make a tensor of arrays with tensor(…).`,
    { operation },
  );
}

/** The dtype after a JavaScript number or boolean joined tensors of `dtype`. */
function withScalar(operation: string, dtype: Dtype, value: number | boolean): Dtype {
  if (typeof value === "boolean" || isFloat(dtype)) return dtype;
  if (!Number.isInteger(value)) return "f32";
  if (dtype === "bool") return "i32";
  const holder = new dtypes[dtype].array([value]);
  if (holder[0] !== value && value !== 0) {
    throw new DtypeError(
      `${operation}: ${value} is outside the range of ${dtype}. Convert the tensor first, for example with astype("f32").`,
      { operation, value, dtype },
    );
  }
  return dtype;
}
