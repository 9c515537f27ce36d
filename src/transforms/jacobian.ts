/** Matrices of derivatives: `jacobian` of a function from tensor to tensor, `hessian` of one to a number. Built of vjp, jvp and vmap. */
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { eye } from "../tensor/creation.ts";
import { moveAxis, reshape } from "../tensor/manipulate.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type AnyFunction, callWith, isTensor } from "./differentiated.ts";
import { grad } from "./grad.ts";
import { jvp } from "./jvp.ts";
import { vjp } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/** What `jacobian` may be told. */
export interface JacobianOptions {
  /** Position of the argument to differentiate, a tensor. Default 0. */
  readonly argument?: number;
  /** `"reverse"`: a row (one number of the result) at a time; `"forward"`: a column. Default: whichever are fewer. */
  readonly mode?: "forward" | "reverse";
}

/**
 * The function that gives all derivatives of all numbers of the result, in the shape of the result followed by the
 * shape of the argument.
 * @throws DtypeError where argument or result are no floats.
 *
 * @example
 * ```ts
 * import { jacobian, tensor, type Tensor } from "smilodon";
 * const j = jacobian((x: Tensor) => x.square());
 * console.log(await j(tensor([1, 2])).toArray()); // [[2, 0], [0, 4]]
 * ```
 */
export function jacobian<A extends readonly unknown[]>(
  f: (...given: A) => Tensor,
  options?: JacobianOptions,
): (...given: A) => Tensor;
export function jacobian(
  f: AnyFunction<Tensor>,
  { argument = 0, mode }: JacobianOptions = {},
): (...given: readonly unknown[]) => Tensor {
  return (...given) => {
    const x = given[argument];
    if (!isTensor(x))
      throw new ArgumentError(`jacobian: argument ${argument} is ${String(x)}, not a tensor.`, { argument });
    const alone = (value: Tensor): Tensor => callWith(f, given.with(argument, value));
    const [y, pullBack] = vjp(alone, x);
    return (mode ?? (y.size <= x.size ? "reverse" : "forward")) === "reverse"
      ? byRows(x, y, pullBack)
      : byColumns(alone, x, y);
  };
}

function byRows(x: Tensor, y: Tensor, pullBack: (cotangent: Tensor) => readonly Tensor[]): Tensor {
  const basis: Tensor = reshape(eye(y.size, y.size, { dtype: y.dtype }), [y.size, ...y.shape]);
  const rows = vmap((cotangent: Tensor) => at(pullBack(cotangent), 0))(basis);
  return reshape(rows, [...y.shape, ...x.shape]);
}

function byColumns(f: (x: Tensor) => Tensor, x: Tensor, y: Tensor): Tensor {
  const basis: Tensor = reshape(eye(x.size, x.size, { dtype: x.dtype }), [x.size, ...x.shape]);
  const columns = vmap((tangent: Tensor) => jvp(f, [x], [tangent])[1])(basis);
  return reshape(moveAxis(columns, 0, -1), [...y.shape, ...x.shape]);
}

/**
 * The function that gives all second derivatives of `f`, which has to give one number, in the shape of the argument
 * twice.
 *
 * @example
 * ```ts
 * import { hessian, tensor, type Tensor } from "smilodon";
 * const h = hessian((x: Tensor) => x.prod());
 * console.log(await h(tensor([2, 3])).toArray()); // [[0, 1], [1, 0]]
 * ```
 */
export function hessian<A extends readonly unknown[]>(
  f: (...given: A) => Tensor,
  options?: Pick<JacobianOptions, "argument">,
): (...given: A) => Tensor;
export function hessian(
  f: AnyFunction<Tensor>,
  { argument = 0 }: Pick<JacobianOptions, "argument"> = {},
): (...given: readonly unknown[]) => Tensor {
  const slope = grad((...given: unknown[]) => callWith(f, given), { argument });
  return jacobian(
    (...given: unknown[]) => {
      const result = slope(...given);
      if (!isTensor(result)) throw new ArgumentError(`hessian: argument ${argument} is not a tensor.`, { argument });
      return result;
    },
    { argument, mode: "forward" },
  );
}
