/**
 * Complex numbers as pairs of real tensors: what Fourier transforms take and give. The engine knows only reals; a
 * `Complex` is a branch of the trees that `compile`, `grad`, `vmap` and their kin take apart, so all of them take it.
 * `maps.ts` has the formulas. The modules of this folder have no side effects: a bundle without `Complex` lacks them.
 */
import { withOneOrigin } from "../../graph/node.ts";
import { computedIn, type Dtype } from "../../shape/dtype.ts";
import { type Shape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { type Branch, branch } from "../../support/tree.ts";
import { negative } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { zeros } from "../../tensor/creation.ts";
import { computeTogether } from "../../tensor/evaluation.ts";
import { concat, stack } from "../../tensor/joining.ts";
import {
  broadcastTo,
  expandDims,
  flip,
  matrixTranspose,
  moveAxis,
  permuteDims,
  reshape,
  squeeze,
} from "../../tensor/manipulate.ts";
import { asTensor, commonDtype, commonShape, type Operand, toFloat } from "../../tensor/operands.ts";
import { type Axes, mean, type ReduceArgument, sum } from "../../tensor/reduce.ts";
import { type Padding, pad, roll, type SliceRange, slice } from "../../tensor/slice.ts";
import type { Nested, Tensor } from "../../tensor/tensor.ts";
import { atan2 } from "../special/circular.ts";
import * as maps from "./maps.ts";

/** What operations of complex numbers take: complex numbers, or real ones as all other operations take them. */
export type ComplexOperand = Complex | Operand;

/**
 * An array of complex numbers: two tensors of the same shape and dtype, f32 or f64. Made by `complex`, `polar` and the
 * Fourier transforms. Operations build nodes and compute nothing, as those of `Tensor`; they broadcast, and take real
 * operands as well.
 *
 * Derivatives are those of functions of the two real parts, as PyTorch has them: the gradient of a real L by z = x + iy is
 * ∂L/∂x + i ∂L/∂y, again a `Complex`, and its opposite is the direction of steepest descent.
 *
 * @example
 * ```ts
 * import { type Complex, complex, grad, tensor } from "smilodon";
 * const z = complex(tensor([3]), tensor([4]));
 * console.log(await z.abs().toArray(), await z.multiply(z).toArray()); // [5] [[-7, 24]]
 * const slope = grad((z: Complex) => z.abs().sum())(z);
 * console.log(slope.shape, await slope.data()); // [1] [0.6, 0.8]
 * ```
 */
export class Complex implements Branch {
  /** The real part. */
  readonly real: Tensor;
  /** The imaginary part. */
  readonly imag: Tensor;

  /** Pairs two tensors of one shape and float dtype; `complex` makes them so first. */
  constructor(real: Tensor, imag: Tensor) {
    this.real = real;
    this.imag = imag;
  }

  get [branch](): Branch[typeof branch] {
    return asBranch;
  }

  /** Sizes of the axes, outermost first. */
  get shape(): Shape {
    return this.real.shape;
  }

  /** Element type of both parts. */
  get dtype(): Dtype {
    return this.real.dtype;
  }

  /** Number of axes. */
  get rank(): number {
    return this.real.rank;
  }

  /** Number of complex numbers. */
  get size(): number {
    return this.real.size;
  }

  /** Both parts in turn, row by row: real, imaginary, real, imaginary, … Runs what has not run yet. */
  async data(): Promise<Float32Array | Float64Array> {
    computeTogether([this.real, this.imag]);
    return interleaved(this.dtype, await this.real.data(), await this.imag.data());
  }

  /** The same at once, on devices of the CPU. @throws UnsupportedError on other devices. */
  dataSync(): Float32Array | Float64Array {
    computeTogether([this.real, this.imag]);
    return interleaved(this.dtype, this.real.dataSync(), this.imag.dataSync());
  }

  /** The numbers as nested arrays, each a pair [real, imaginary]. */
  toArray(): Promise<Nested> {
    return viewAsReal(this).toArray();
  }

  /** The only number, as [real, imaginary]. @throws ShapeError where there are more or fewer. */
  async item(): Promise<readonly [real: number, imag: number]> {
    computeTogether([this.real, this.imag]);
    return [await this.real.item(), await this.imag.item()];
  }

  /** Frees the memory of both parts now. */
  dispose(): void {
    this.real.dispose();
    this.imag.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return `Complex(${this.dtype}${showShape(this.shape)})`;
  }

  /** Both parts as `dtype`: f32 or f64. @throws ArgumentError for other dtypes. */
  astype(dtype: "f32" | "f64"): Complex {
    const name: string = dtype;
    if (name !== "f32" && name !== "f64")
      throw new ArgumentError(`Complex.astype: complex numbers are pairs of f32 or f64, not of ${name}.`, { dtype });
    return this.#each((part) => astype(part, dtype));
  }

  /** a + b. */
  add(other: ComplexOperand): Complex {
    return this.#with("add", other, maps.add);
  }

  /** a − b. */
  subtract(other: ComplexOperand): Complex {
    return this.#with("subtract", other, maps.subtract);
  }

  /** a · b, of finite numbers: (ac − bd) + i(ad + bc). */
  multiply(other: ComplexOperand): Complex {
    return this.#with("multiply", other, maps.multiply);
  }

  /** a / b by Smith's method, which neither overflows nor underflows early (Communications of the ACM 5 (1962), 435). */
  divide(other: ComplexOperand): Complex {
    return this.#with("divide", other, maps.divide);
  }

  /** 1 / z. */
  reciprocal(): Complex {
    return pair(
      withOneOrigin(() => maps.divide({ real: asTensor("reciprocal", 1) }, this)),
      this,
    );
  }

  /** −z. */
  negative(): Complex {
    return this.#each(negative);
  }

  /** The conjugate: the imaginary part with its other sign. */
  conj(): Complex {
    return new Complex(this.real, negative(this.imag));
  }

  /** |z| = √(x² + y²), without overflow on the way; its gradient at 0 is 0, as in PyTorch. */
  abs(): Tensor {
    return withOneOrigin(() => maps.abs(this));
  }

  /** The angle from the positive real axis, from −π to π, as `atan2` has it. */
  angle(): Tensor {
    return withOneOrigin(() => atan2(this.imag, this.real));
  }

  /** e^z. */
  exp(): Complex {
    return pair(
      withOneOrigin(() => maps.exp(this)),
      this,
    );
  }

  /** The matrix product; `other` may be real. @throws ShapeError as `matmul`. */
  matmul(other: Complex | Tensor): Complex {
    return pair(
      withOneOrigin(() => maps.matmul(this, partsOf(other))),
      this,
    );
  }

  /** Are both parts equal? Booleans. */
  equal(other: ComplexOperand): Tensor {
    const { real, imag } = toComplex("equal", other);
    return this.real.equal(real).logicalAnd(this.imag.equal(imag));
  }

  /** Does one part differ? Booleans. */
  notEqual(other: ComplexOperand): Tensor {
    return this.equal(other).logicalNot();
  }

  /** The sum along axes, as `sum` has it. */
  sum(axis?: ReduceArgument): Complex {
    return this.#each((part) => sum(part, axis));
  }

  /** The mean along axes, as `mean` has it. */
  mean(axis?: ReduceArgument): Complex {
    return this.#each((part) => mean(part, axis));
  }

  /** As `reshape`. */
  reshape(shape: Shape): Complex {
    return this.#each((part) => reshape(part, shape));
  }

  /** As `flatten`. */
  flatten(): Complex {
    return this.reshape([this.size]);
  }

  /** As `permuteDims`. */
  permuteDims(axes: readonly number[]): Complex {
    return this.#each((part) => permuteDims(part, axes));
  }

  /** As `matrixTranspose`: nothing is conjugated. */
  matrixTranspose(): Complex {
    return this.#each((part) => matrixTranspose(part));
  }

  /** As `moveAxis`. */
  moveAxis(from: number | readonly number[], to: number | readonly number[]): Complex {
    return this.#each((part) => moveAxis(part, from, to));
  }

  /** As `expandDims`. */
  expandDims(axis?: number | readonly number[]): Complex {
    return this.#each((part) => expandDims(part, axis));
  }

  /** As `squeeze`. */
  squeeze(axis?: Axes): Complex {
    return this.#each((part) => squeeze(part, axis));
  }

  /** As `broadcastTo`. */
  broadcastTo(shape: Shape): Complex {
    return this.#each((part) => broadcastTo(part, shape));
  }

  /** As `flip`. */
  flip(axis?: Axes): Complex {
    return this.#each((part) => flip(part, axis));
  }

  /** As `roll`. */
  roll(shift: number, axis?: number): Complex {
    return this.#each((part) => roll(part, shift, axis));
  }

  /** As `slice`. */
  slice(...ranges: readonly SliceRange[]): Complex {
    return this.#each((part) => slice(part, ...ranges));
  }

  /** Zeros around, as `pad`. */
  pad(widths: Padding | readonly Padding[]): Complex {
    return this.#each((part) => pad(part, widths));
  }

  /** Several one behind the other along `axis`, as `concat`; real tensors among them are taken as complex. */
  static concat(parts: readonly (Complex | Tensor)[], axis = 0): Complex {
    return joined("Complex.concat", parts, (tensors) => concat(tensors, axis));
  }

  /** Several of one shape along a new axis, as `stack`. */
  static stack(parts: readonly (Complex | Tensor)[], axis = 0): Complex {
    return joined("Complex.stack", parts, (tensors) => stack(tensors, axis));
  }

  #each(change: (part: Tensor) => Tensor): Complex {
    return withOneOrigin(() => new Complex(change(this.real), change(this.imag)));
  }

  #with(operation: string, other: ComplexOperand, compute: (a: maps.Parts, b: maps.Parts) => maps.Parts): Complex {
    if (!isComplex(other)) asTensor(operation, other);
    const shape = commonShape(operation, [this.real, isComplex(other) ? other.real : other]);
    return pair(
      withOneOrigin(() => compute(this, partsOf(other))),
      this,
    ).broadcastTo(shape);
  }
}

const asBranch: Branch[typeof branch] = {
  name: "Complex",
  make: ({ real, imag }) => new Complex(real as Tensor, imag as Tensor),
};

/**
 * The complex numbers real + i · imag. Both broadcast to one shape and become one dtype: f64 where one of them is f64,
 * else f32. Without `imag` it is zero.
 * @throws ShapeError where they do not broadcast.
 *
 * @example
 * ```ts
 * import { complex, tensor } from "smilodon";
 * console.log(await complex(tensor([1, 2]), 3).toArray()); // [[1, 3], [2, 3]]
 * ```
 */
export function complex(real: Operand, imag: Operand = 0): Complex {
  return withOneOrigin(() => {
    const dtype = computedIn(toFloat(commonDtype("complex", [real, imag])));
    const shape = commonShape("complex", [real, imag]);
    const part = (operand: Operand) => broadcastTo(astype(asTensor("complex", operand), dtype), shape);
    return new Complex(part(real), part(imag));
  });
}

/**
 * The complex numbers abs · e^(i · angle), angles in radians.
 * @throws ShapeError where both do not broadcast.
 *
 * @example
 * ```ts
 * import { polar, tensor } from "smilodon";
 * console.log(await polar(tensor([2]), tensor([0])).toArray()); // [[2, 0]]
 * ```
 */
export function polar(abs: Operand, angle: Operand): Complex {
  return withOneOrigin(() => {
    const { real, imag } = complex(abs, angle);
    return new Complex(real.multiply(imag.cos()), real.multiply(imag.sin()));
  });
}

/**
 * Is `value` a `Complex`?
 *
 * @example
 * ```ts
 * import { complex, isComplex } from "smilodon";
 * console.log(isComplex(complex(1, 2)), isComplex(1)); // true false
 * ```
 */
export function isComplex(value: unknown): value is Complex {
  return value instanceof Complex;
}

/**
 * Both parts along a new last axis of size 2.
 *
 * @example
 * ```ts
 * import { complex, tensor, viewAsReal } from "smilodon";
 * console.log(await viewAsReal(complex(tensor([1, 2]), 3)).toArray()); // [[1, 3], [2, 3]]
 * ```
 */
export function viewAsReal(z: Complex): Tensor {
  return withOneOrigin(() => stack([z.real, z.imag], -1));
}

/**
 * The complex numbers whose parts stand along the last axis, of size 2: the way back from `viewAsReal`.
 * @throws ShapeError where the last axis has another size.
 *
 * @example
 * ```ts
 * import { tensor, viewAsComplex } from "smilodon";
 * console.log(await viewAsComplex(tensor([[3, 4]])).abs().toArray()); // [5]
 * ```
 */
export function viewAsComplex(x: Tensor): Complex {
  if (x.shape.at(-1) !== 2)
    throw new ShapeError(
      `viewAsComplex: ${showShape(x.shape)} has to end with an axis of size 2: the real and the imaginary part.`,
      { shape: x.shape },
    );
  return withOneOrigin(() => complex(slice(x, "...", 0), slice(x, "...", 1)));
}

/** `value` as complex numbers: real ones get an imaginary part of zeros. @throws ArgumentError for what is no operand. */
export function toComplex(operation: string, value: ComplexOperand): Complex {
  return isComplex(value) ? value : complex(asTensor(operation, value));
}

function partsOf(value: ComplexOperand): maps.Parts {
  return isComplex(value) ? value : { real: asTensor("complex", value) };
}

/** The parts as complex numbers; an imaginary part that nothing was said of is zero. */
function pair({ real, imag }: maps.Parts, like: Complex): Complex {
  return complex(real, imag ?? zeros(real.shape, { dtype: like.dtype }));
}

function joined(operation: string, parts: readonly (Complex | Tensor)[], join: (parts: Tensor[]) => Tensor): Complex {
  return withOneOrigin(() => {
    const all = parts.map((part) => toComplex(operation, part));
    return new Complex(join(all.map(({ real }) => real)), join(all.map(({ imag }) => imag)));
  });
}

function interleaved(dtype: Dtype, real: ArrayLike<number>, imag: ArrayLike<number>): Float32Array | Float64Array {
  const both = dtype === "f64" ? new Float64Array(2 * real.length) : new Float32Array(2 * real.length);
  for (let index = 0; index < real.length; index++) {
    both[2 * index] = at(real, index);
    both[2 * index + 1] = at(imag, index);
  }
  return both;
}
