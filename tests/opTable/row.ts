/**
 * A row of the op table, and the builders that make the rows of common kinds one-liners. From a row follow the tests
 * in this folder: values on every device, derivatives against differences, forward against reverse mode, second
 * derivatives, vmap against a loop, compiled against eager, error messages, and the support matrix.
 */
import { allDtypes, type Dtype, dtypes, isFloat } from "../../src/shape/dtype.ts";
import { ShapeError, type SmilodonError } from "../../src/support/errors.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { count, type HostTensor, host, mapped, randomOf } from "./host.ts";

/** One call of an operation, and what has to come of it. */
export interface Sample {
  readonly label: string;
  readonly inputs: readonly HostTensor[];
  readonly call: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
  readonly expected: (...inputs: HostTensor[]) => HostTensor | readonly HostTensor[];
  /** False where the inputs stand on corners, or are NaN or infinite: values are tested only. Default true. */
  readonly hasDerivative?: boolean;
}

/** A wrong call and the error that has to come of it. */
export interface ErrorSample {
  readonly label: string;
  readonly call: () => unknown;
  readonly error: abstract new (...given: never[]) => SmilodonError;
  readonly message: RegExp;
}

/** How far results may be from the reference: |difference| ≤ absolute + relative · |expected|. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** One operation. */
export interface OpRow {
  /** Name of the exported function. */
  readonly name: string;
  /** How floats that come of it are compared; integers have to be equal. */
  readonly tolerance: { readonly f32: Tolerance; readonly f64: Tolerance };
  /** "smooth": has second derivatives at the samples; "once": first ones only; "none": no derivative to test. */
  readonly derivative: "smooth" | "once" | "none";
  readonly samples: readonly Sample[];
  readonly errors: readonly ErrorSample[];
}

/** Tolerances of operations that round a few times. */
export const few = { f32: { relative: 2e-6, absolute: 1e-6 }, f64: { relative: 1e-14, absolute: 1e-14 } } as const;
/** Tolerances of longer computations. */
export const many = { f32: { relative: 1e-5, absolute: 5e-6 }, f64: { relative: 1e-13, absolute: 1e-13 } } as const;

/** A row with defaults filled in. */
export function row(name: string, given: Partial<Omit<OpRow, "name">> & Pick<OpRow, "samples">): OpRow {
  return { name, tolerance: few, derivative: "smooth", errors: [], ...given };
}

/** Where the elements of samples are drawn from. */
export type Domain = readonly [low: number, high: number];

/** A host tensor of numbers of `domain`; whole ones for integers, both values for bool. */
export function draw(key: string, shape: readonly number[], dtype: Dtype, [low, high]: Domain = [-2, 2]): HostTensor {
  const random = randomOf(key);
  const number = () => low + (high - low) * random();
  const whole = () =>
    Math.floor(Math.max(low, dtypes[dtype].lowest) + (high - Math.max(low, dtypes[dtype].lowest) + 1) * random());
  const next = isFloat(dtype) ? number : dtype === "bool" ? () => (random() < 0.5 ? 0 : 1) : whole;
  return host(shape, dtype, Array.from({ length: count(shape) }, next));
}

/** Shapes that samples of one tensor take. */
export const shapes: readonly (readonly number[])[] = [[], [1], [0], [7], [3, 5], [2, 0, 3], [2, 3, 4]];

/** Numbers that functions of floats often get wrong. */
export const extremes = [0, -0, 1, -1, 0.5, -0.5, 1e-30, -1e-30, 1e30, -1e30, 3e38, Infinity, -Infinity, NaN];

/** What `unary` and `binary` are told. */
export interface MapOptions extends Partial<Omit<OpRow, "name" | "samples">> {
  /** Elements of float samples. Default [−2, 2]. */
  readonly domain?: Domain;
  /** Elements of integer samples. Default [−8, 8]. */
  readonly wholeDomain?: Domain;
  /** Dtypes besides f32 and f64 to test. Default all. */
  readonly others?: readonly Dtype[];
  /** Dtype of the result, by that of the input. Default the same. */
  readonly result?: (dtype: Dtype) => Dtype;
  /** Further float inputs, at which only values are tested. Default `extremes`. */
  readonly special?: readonly number[];
}

/** All dtypes but those that rows have samples of their own for. */
export const otherDtypes: readonly Dtype[] = allDtypes.filter((dtype) => dtype !== "f32" && dtype !== "f64");

/** The same without bool. */
export const otherNumbers: readonly Dtype[] = otherDtypes.filter((dtype) => dtype !== "bool");

/** The integers. */
export const integers: readonly Dtype[] = allDtypes.filter((dtype) => dtypes[dtype].kind === "integer");

/** Of numbers, the same; of booleans, i32. */
export const counted = (dtype: Dtype): Dtype => (dtype === "bool" ? "i32" : dtype);

/** What sums are: of integers below 32 bits and booleans i32. */
export const summedAs = (dtype: Dtype): Dtype => (["bool", "u8", "i8", "i16"].includes(dtype) ? "i32" : dtype);

/** Of floats, the same; of others, f32. */
export const floating = (dtype: Dtype): Dtype => (isFloat(dtype) ? dtype : "f32");

/** A row of a function of one tensor, element by element. */
export function unary(
  name: string,
  call: (x: Tensor) => Tensor,
  f: (x: number) => number,
  options: MapOptions = {},
): OpRow {
  const {
    domain = [-2, 2],
    wholeDomain = [-8, 8],
    others = otherDtypes,
    result = (dtype) => dtype,
    special = extremes,
  } = options;
  const sample = (label: string, x: HostTensor): Sample => ({
    label,
    inputs: [x],
    call,
    expected: (each) => mapped(result(each.dtype), f, each),
  });
  const plain = shapes.map((shape) => sample(`f32[${shape}]`, draw(`${name}${shape}`, shape, "f32", domain)));
  const typed = (["f64", ...others] as const).map((dtype) =>
    sample(`${dtype}[6]`, draw(`${name}${dtype}`, [6], dtype, isFloat(dtype) ? domain : wholeDomain)),
  );
  const hard = (["f32", "f64"] as const).map((dtype) => ({
    ...sample(`${dtype} extremes`, host([special.length], dtype, special)),
    hasDerivative: false,
  }));
  return row(name, { ...options, samples: [...plain, ...typed, ...(special.length === 0 ? [] : hard)] });
}

/** Pairs of shapes that broadcast. */
const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[4], [4]],
  [
    [3, 1],
    [1, 4],
  ],
  [[4], [2, 3, 4]],
  [[2, 3], []],
  [
    [0, 3],
    [1, 3],
  ],
  [[1, 1], [3]],
  [
    [5, 7],
    [5, 7],
  ],
];

/** What `binary` is told. */
export interface PairOptions extends MapOptions {
  /** Elements of the second operand, where they differ from those of the first. */
  readonly domainOfSecond?: Domain;
  readonly wholeDomainOfSecond?: Domain;
}

/** A row of a function of two tensors that broadcast. */
export function binary(
  name: string,
  call: (a: Tensor, b: Tensor) => Tensor,
  f: (a: number, b: number) => number,
  options: PairOptions = {},
): OpRow {
  const {
    domain = [-2, 2],
    wholeDomain = [-8, 8],
    others = otherDtypes,
    result = (dtype) => dtype,
    special = extremes,
  } = options;
  const { domainOfSecond = domain, wholeDomainOfSecond = wholeDomain } = options;
  const sample = (label: string, a: HostTensor, b: HostTensor): Sample => ({
    label,
    inputs: [a, b],
    call,
    expected: (x, y) => mapped(result(x.dtype), f, x, y),
  });
  const plain = pairs.map(([a, b]) =>
    sample(
      `f32[${a}] f32[${b}]`,
      draw(`${name}a${a}`, a, "f32", domain),
      draw(`${name}b${b}`, b, "f32", domainOfSecond),
    ),
  );
  const typed = (["f64", ...others] as const).map((dtype) => {
    const [first, second] = isFloat(dtype) ? [domain, domainOfSecond] : [wholeDomain, wholeDomainOfSecond];
    return sample(
      `${dtype}[3, 3]`,
      draw(`${name}a${dtype}`, [3, 3], dtype, first),
      draw(`${name}b${dtype}`, [3, 3], dtype, second),
    );
  });
  const every = special.flatMap((a) => special.map((b) => [a, b] as const));
  const hard = (["f32", "f64"] as const).map((dtype) => ({
    ...sample(
      `${dtype} extremes`,
      host(
        [every.length],
        dtype,
        every.map(([a]) => a),
      ),
      host(
        [every.length],
        dtype,
        every.map(([, b]) => b),
      ),
    ),
    hasDerivative: false,
  }));
  return row(name, { ...options, samples: [...plain, ...typed, ...(special.length === 0 ? [] : hard)] });
}

/** A call with axis 5 of a tensor of two. */
export const noAxis = (call: () => unknown): ErrorSample => ({
  label: "an axis that is not there",
  call,
  error: ShapeError,
  message: /no axis 5 in a tensor of rank 2/,
});
