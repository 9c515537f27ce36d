/**
 * All derivatives at once: `jacobian` of a function to tensors, `hessian` of one to a number, and `hvp`, the product of
 * a hessian and a direction without the hessian. Built of grad, vjp, jvp and vmap.
 */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { flattenTree } from "../support/tree.ts";
import { eye, zerosLike } from "../tensor/creation.ts";
import { moveAxis, reshape } from "../tensor/manipulate.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type AnyFunction, type Choice, type Chosen, callWith, isTensor } from "./differentiated.ts";
import { type GradOptions, grad } from "./grad.ts";
import { jvp } from "./jvp.ts";
import { vjp } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/** What `jacobian` may be told. */
export interface JacobianOptions<N extends Choice = Choice> extends GradOptions<N> {
  /**
   * `"reverse"`: a row (one number of the result) at a time; `"forward"`: a column (one number of the argument).
   * Default: whichever are fewer.
   */
  readonly mode?: "forward" | "reverse";
}

/** The structure of `R` with the structure of `X` in the place of each tensor: derivatives of every result by every argument. */
export type JacobianOf<R, X> = Filled<R, Filled<X, Tensor>>;

/** `T` with `V` in the place of each tensor. */
type Filled<T, V> = T extends Tensor ? V : T extends object ? { readonly [Key in keyof T]: Filled<T[Key], V> } : T;

/**
 * The function that gives all derivatives of all numbers of the result: for each tensor of the result and each of the
 * argument, one in the shape of the former followed by that of the latter. Trees give trees of trees.
 * @throws DtypeError where argument or result are no floats, ArgumentError where there are no tensors.
 *
 * @example
 * ```ts
 * import { jacobian, tensor, type Tensor } from "smilodon";
 * const j = jacobian((x: Tensor) => x.square());
 * console.log(await j(tensor([1, 2])).toArray()); // [[2, 0], [0, 4]]
 * const parts = jacobian(({ a, b }: { a: Tensor; b: Tensor }) => a.multiply(b));
 * console.log(await parts({ a: tensor([1]), b: tensor([2]) }).b.toArray()); // [[1]]
 * ```
 */
export function jacobian<A extends readonly unknown[], R, const N extends Choice = 0>(
  f: (...given: A) => R,
  options?: JacobianOptions<N>,
): (...given: A) => JacobianOf<R, Chosen<A, N>>;
export function jacobian(f: AnyFunction<unknown>, { argument = 0, mode }: JacobianOptions = {}): AnyFunction<unknown> {
  return (...given) => {
    const x = flattenTree(chosenOf("jacobian", given, argument), isTensor);
    const alone = (...leaves: Tensor[]) => callWith(f, withChosen(given, argument, x.rebuild(leaves)));
    let structure: unknown;
    const flat = (...leaves: Tensor[]) => flattenTree((structure = alone(...leaves)), isTensor).leaves;
    const [y, pullBack] = vjp(flat, ...x.leaves);
    const { rebuild } = flattenTree(structure, isTensor);
    const sizeOf = (tensors: readonly Tensor[]) => tensors.reduce((total, { size }) => total + size, 0);
    const isReverse = (mode ?? (sizeOf(y) <= sizeOf(x.leaves) ? "reverse" : "forward")) === "reverse";
    const blocks = isReverse ? byRows(x.leaves, y, pullBack) : byColumns(flat, x.leaves, y);
    return rebuild(blocks.map((row) => x.rebuild(row)));
  };
}

/** Derivatives of each result by each argument, in this order. */
type Blocks = readonly (readonly Tensor[])[];

function byRows(
  x: readonly Tensor[],
  y: readonly Tensor[],
  pullBack: (cotangents: readonly Tensor[]) => readonly Tensor[],
): Blocks {
  return y.map((output, which) => {
    const rows = vmap((cotangent: Tensor) => pullBack(alone(y, which, cotangent)))(directionsOf(output));
    return rows.map((block, index) => reshape(block, [...output.shape, ...at(x, index).shape]));
  });
}

function byColumns(f: (...x: Tensor[]) => readonly Tensor[], x: readonly Tensor[], y: readonly Tensor[]): Blocks {
  const columns = x.map((input, which) =>
    vmap((tangent: Tensor) => jvp(f, x, alone(x, which, tangent))[1])(directionsOf(input)),
  );
  return y.map((output, row) =>
    x.map((input, column) => {
      const block: Tensor = moveAxis(at(at(columns, column), row), 0, -1);
      return reshape(block, [...output.shape, ...input.shape]);
    }),
  );
}

/** A 1 at each position of `x` in turn, and zeros elsewhere: as many tensors like `x` as it has elements. */
function directionsOf(x: Tensor): Tensor {
  const identity: Tensor = eye(x.size, x.size, { dtype: x.dtype });
  return reshape(identity, [x.size, ...x.shape]);
}

/** Zeros like `tensors`, but for one. */
function alone(tensors: readonly Tensor[], which: number, one: Tensor): readonly Tensor[] {
  return tensors.map((tensor, index) => (index === which ? one : zerosLike(tensor)));
}

/**
 * The function that gives all second derivatives of `f`, which has to give one number: in the shape of the argument
 * twice, and for a tree a tree of trees.
 *
 * @example
 * ```ts
 * import { hessian, tensor, type Tensor } from "smilodon";
 * const h = hessian((x: Tensor) => x.prod());
 * console.log(await h(tensor([2, 3])).toArray()); // [[0, 1], [1, 0]]
 * ```
 */
export function hessian<A extends readonly unknown[], const N extends Choice = 0>(
  f: (...given: A) => Tensor,
  options?: GradOptions<N>,
): (...given: A) => JacobianOf<Chosen<A, N>, Chosen<A, N>>;
export function hessian(f: AnyFunction<Tensor>, { argument = 0 }: GradOptions = {}): AnyFunction<unknown> {
  const slope = grad((...given: unknown[]) => callWith(f, given), { argument });
  return jacobian((...given: unknown[]) => slope(...given), { argument, mode: "forward" });
}

/**
 * The function that takes the arguments of `f`, which has to give one number, and a direction like the argument that is
 * differentiated, and gives the hessian times the direction: the change of the gradient in that direction, forward mode
 * over reverse mode, at a few times the cost of the gradient.
 *
 * Source: B. Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6, 1994.
 *
 * @example
 * ```ts
 * import { hvp, tensor, type Tensor } from "smilodon";
 * const product = hvp((x: Tensor) => x.pow(3).sum());
 * console.log(await product(tensor([1, 2]), tensor([1, 10])).toArray()); // [6, 120]
 * ```
 */
export function hvp<A extends readonly unknown[], const N extends Choice = 0>(
  f: (...given: A) => Tensor,
  options?: GradOptions<N>,
): (...given: [...A, direction: Chosen<A, N>]) => Chosen<A, N>;
export function hvp(f: AnyFunction<Tensor>, { argument = 0 }: GradOptions = {}): AnyFunction<unknown> {
  const slope = grad((...given: unknown[]) => callWith(f, given), { argument });
  return (...given: unknown[]) => {
    const [primals, direction] = [given.slice(0, -1), given.at(-1)];
    const slopeAt = (x: unknown) => slope(...withChosen(primals, argument, x));
    return jvp(slopeAt, [chosenOf("hvp", primals, argument)], [direction])[1];
  };
}

function chosenOf(operation: string, given: readonly unknown[], argument: Choice): unknown {
  const chosen = typeof argument === "number" ? given[argument] : argument.map((position) => given[position]);
  if (flattenTree(chosen, isTensor).leaves.length === 0)
    throw new ArgumentError(
      `${operation}: argument ${argument} of ${given.length} holds no tensor to differentiate. Choose others with { argument: … }.`,
      { argument },
    );
  return chosen;
}

function withChosen(given: readonly unknown[], argument: Choice, chosen: unknown): readonly unknown[] {
  if (typeof argument === "number") return given.with(argument, chosen);
  const list: readonly unknown[] = Array.isArray(chosen) ? chosen : [];
  return given.map((each, position) => (argument.includes(position) ? list[argument.indexOf(position)] : each));
}
