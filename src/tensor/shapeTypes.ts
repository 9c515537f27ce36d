/**
 * Shapes in types: what the type checker knows of sizes while you type. Literal sizes and named axes are carried
 * through the common operations; what cannot be known becomes `number`, or `ShapeType` where even the rank is
 * unknown, and never a wrong answer. All of the type machinery stands in this file.
 */

/** Sizes and names of axes in a tensor's type: `[number, 784]`, `["batch", 10]`; `readonly (number | string)[]` is unknown. */
export type ShapeType = readonly (number | string)[];

/**
 * Makes the shape part of a tensor's type, axis by axis: a literal size fits itself, any name and `number`; a name
 * fits itself, any size and `number`; an unknown shape fits all. It works because TypeScript compares parameters of
 * methods in both directions, each axis by itself.
 */
export type ShapeWitness<S extends ShapeType> = { readonly [Axis in keyof S]: { same(axis: AxisTag<S[Axis]>): void } };

type AxisTag<A> = A extends string
  ? { size: number; name: A }
  : A extends number
    ? number extends A
      ? { size: number; name: string }
      : { size: A; name: never }
    : never;

/** Shown by the type checker where shapes do not fit; `Reason` says which sizes. */
export interface ShapeMismatch<Reason extends string> {
  readonly shapeMismatch: Reason;
}

/** Is the rank of `S` unknown? */
type IsOpen<S extends ShapeType> = number extends S["length"] ? true : false;

/** The shape that `A` and `B` broadcast to. */
export type Broadcast<A extends ShapeType, B extends ShapeType> = B extends readonly []
  ? A
  : A extends readonly []
    ? B
    : true extends IsOpen<A> | IsOpen<B>
      ? ShapeType
      : BroadcastAxes<A, B, []>;

type BroadcastAxes<A extends ShapeType, B extends ShapeType, Result extends ShapeType> = A extends readonly [
  ...infer RestA extends ShapeType,
  infer LastA extends number | string,
]
  ? B extends readonly [...infer RestB extends ShapeType, infer LastB extends number | string]
    ? BroadcastAxes<RestA, RestB, [BroadcastAxis<LastA, LastB>, ...Result]>
    : [...A, ...Result]
  : [...B, ...Result];

type BroadcastAxis<A extends number | string, B extends number | string> = [A] extends [1]
  ? B
  : [B] extends [1]
    ? A
    : [A, B] extends [B, A]
      ? A
      : [A] extends [string]
        ? Known<B>
        : [B] extends [string]
          ? Known<A>
          : number extends A
            ? Known<B>
            : number extends B
              ? Known<A>
              : number;

/** A literal size, or `number` for whatever else. */
type Known<A> = A extends number ? A : number;

/** `unknown` where `A` and `B` broadcast, else a `ShapeMismatch` that names the sizes: for `other: B & Broadcasts<A, …>`. */
export type Broadcasts<A extends ShapeType, B extends ShapeType> = B extends readonly []
  ? unknown
  : A extends readonly []
    ? unknown
    : true extends IsOpen<A> | IsOpen<B>
      ? unknown
      : BroadcastFault<A, B>;

type BroadcastFault<A extends ShapeType, B extends ShapeType> = A extends readonly [
  ...infer RestA extends ShapeType,
  infer LastA extends number | string,
]
  ? B extends readonly [...infer RestB extends ShapeType, infer LastB extends number | string]
    ? AxesDiffer<LastA, LastB> extends true
      ? [LastA] extends [1]
        ? BroadcastFault<RestA, RestB>
        : [LastB] extends [1]
          ? BroadcastFault<RestA, RestB>
          : ShapeMismatch<`sizes ${LastA} and ${LastB} do not broadcast`>
      : BroadcastFault<RestA, RestB>
    : unknown
  : unknown;

/** Are these two literal sizes, or two names, that differ? */
export type AxesDiffer<A extends number | string, B extends number | string> = [A] extends [number]
  ? [B] extends [number]
    ? [A & B] extends [never]
      ? true
      : false
    : false
  : [B] extends [string]
    ? [A & B] extends [never]
      ? true
      : false
    : false;

/** The shape that is left of `S` after a reduction with arguments `A` (an axis, a list, or options) and `K` (options). */
export type ReducedShape<S extends ShapeType, A, K> = true extends IsOpen<S> | IsUnion<A>
  ? ShapeType
  : ReduceAxes<S, AxesOf<A>, KeepsAxes<A, K>>;

type ReduceAxes<S extends ShapeType, Axes, Keeps> = boolean extends Keeps
  ? ShapeType
  : [Axes] extends [undefined]
    ? Keeps extends true
      ? { [Axis in keyof S]: 1 }
      : []
    : Axes extends readonly (infer Axis extends number)[]
      ? RemoveAxes<S, Axis, Keeps>
      : true extends IsUnion<Axes>
        ? ShapeType
        : Axes extends number
          ? RemoveAxes<S, Axes, Keeps>
          : ShapeType;

type RemoveAxes<S extends ShapeType, Axis extends number, Keeps> = number extends Axis
  ? ShapeType
  : RemoveNamed<S, `${Axis}`, Keeps, []>;

/** Goes through the axes; each is known by its position from the start and from the end. */
type RemoveNamed<
  S extends ShapeType,
  Named extends string,
  Keeps,
  Before extends ShapeType,
  Result extends ShapeType = [],
> = S extends readonly [infer First extends number | string, ...infer Rest extends ShapeType]
  ? RemoveNamed<
      Rest,
      Named,
      Keeps,
      [...Before, First],
      [Extract<`${Before["length"]}` | `-${S["length"]}`, Named>] extends [never]
        ? [...Result, First]
        : Keeps extends true
          ? [...Result, 1]
          : Result
    >
  : Result;

type AxesOf<A> = A extends readonly number[] | number | undefined
  ? A
  : "axis" extends keyof A
    ? A["axis" & keyof A]
    : undefined;

type KeepsAxes<A, K> = A extends readonly number[] | number | undefined ? KeepsOf<K> : KeepsOf<A>;

type KeepsOf<K> = "keepDims" extends keyof K
  ? K["keepDims" & keyof K] extends true
    ? true
    : K["keepDims" & keyof K] extends false
      ? false
      : boolean
  : false;

type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

/** The shape that `reshape(…, T)` gives: −1 becomes `number`. */
export type ReshapedShape<T extends readonly number[]> = number extends T["length"]
  ? ShapeType
  : { [Axis in keyof T]: T[Axis] extends -1 ? number : T[Axis] };

/** The axes of `S` in the order `P`; unknown unless both are literal. */
export type PermutedShape<S extends ShapeType, P extends readonly number[]> = true extends IsOpen<S> | IsOpen<P>
  ? ShapeType
  : { [Axis in keyof P]: AxisAt<S, P[Axis]> };

/** Size or name at a literal position, which may count from the end. */
type AxisAt<S extends ShapeType, Position extends number> = number extends Position
  ? number
  : `${Position}` extends `-${infer Back extends number}`
    ? FromEnd<S, Back>
    : S[Position] extends infer Size extends number | string
      ? Size
      : number;

type FromEnd<S extends ShapeType, Back extends number> = S extends readonly [
  infer First extends number | string,
  ...infer Rest extends ShapeType,
]
  ? S["length"] extends Back
    ? First
    : FromEnd<Rest, Back>
  : number;

/** The last two axes of `S` exchanged. */
export type TransposedShape<S extends ShapeType> = S extends readonly [
  ...infer Batch extends ShapeType,
  infer Rows extends number | string,
  infer Columns extends number | string,
]
  ? [...Batch, Columns, Rows]
  : ShapeType;

/** The shape of the matrix product of `A` and `B`. */
export type MatmulShape<A extends ShapeType, B extends ShapeType> = true extends IsOpen<A> | IsOpen<B>
  ? ShapeType
  : A extends readonly [number | string]
    ? B extends readonly [...infer Batch extends ShapeType, number | string, infer Columns extends number | string]
      ? [...Batch, Columns]
      : []
    : A extends readonly [...infer BatchA extends ShapeType, infer Rows extends number | string, number | string]
      ? B extends readonly [...infer BatchB extends ShapeType, number | string, infer Columns extends number | string]
        ? [...Broadcast<BatchA, BatchB>, Rows, Columns]
        : [...BatchA, Rows]
      : ShapeType;

/** `unknown` where the matrix product of `A` and `B` exists, else a `ShapeMismatch` that names the sizes. */
export type Multiplies<A extends ShapeType, B extends ShapeType> = true extends IsOpen<A> | IsOpen<B>
  ? unknown
  : A extends readonly [...infer BatchA extends ShapeType, infer InnerA extends number | string]
    ? B extends readonly [infer InnerB extends number | string]
      ? InnerFault<InnerA, InnerB>
      : B extends readonly [...infer BatchB extends ShapeType, infer InnerB extends number | string, number | string]
        ? AxesDiffer<InnerA, InnerB> extends true
          ? InnerFault<InnerA, InnerB>
          : BatchA extends readonly [...infer Outer extends ShapeType, number | string]
            ? Broadcasts<Outer, BatchB>
            : unknown
        : unknown
    : unknown;

type InnerFault<A extends number | string, B extends number | string> =
  AxesDiffer<A, B> extends true
    ? ShapeMismatch<`matmul sums over the last axis of the left, of size ${A}, and the rows of the right, of size ${B}`>
    : unknown;
