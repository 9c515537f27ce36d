/** `grad` and `valueAndGrad`: functions that compute derivatives of functions. `gradient.ts` does the work. */
import { keepingGraph } from "../runtime/realize.ts";
import { ArgumentError } from "../support/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type AnyFunction, type Choice, type Chosen, callWith, differentiated, isTensor } from "./differentiated.ts";
import { gradientsOf, requireScalar } from "./gradient.ts";

/** What `grad` and `valueAndGrad` may be told. */
export interface GradOptions<N extends Choice = Choice> {
  /** Position of the argument to differentiate, or a list of positions. Default 0. */
  readonly argument?: N;
}

/**
 * The function that gives the derivative of `f`, which has to give one number, with respect to an argument: a
 * tensor, or a tree (arrays and objects) of tensors, which the result has the same structure as.
 * @throws ShapeError where `f` does not give one number, DtypeError where it or the argument is no float,
 * UnsupportedError where an operation has no derivative.
 *
 * @example
 * ```ts
 * import { grad, tensor, type Tensor } from "smilodon";
 * const slope = grad((x: Tensor) => x.pow(3).sum());
 * console.log(await slope(tensor([1, 2])).toArray()); // [3, 12]
 * const curvature = grad((x: Tensor) => slope(x).sum());
 * console.log(await curvature(tensor([1, 2])).toArray()); // [6, 12]
 * ```
 */
export function grad<A extends readonly unknown[], const N extends Choice = 0>(
  f: (...given: A) => Tensor,
  options?: GradOptions<N>,
): (...given: A) => Chosen<A, N>;
export function grad(f: AnyFunction<Tensor>, options?: GradOptions): AnyFunction<unknown> {
  return (...given) => evaluate("grad", f, given, options).gradient;
}

/**
 * The function that gives `[value, gradient]`: what `f` gives and what `grad(f)` gives, computed once.
 *
 * @example
 * ```ts
 * import { tensor, type Tensor, valueAndGrad } from "smilodon";
 * const [value, gradient] = valueAndGrad((x: Tensor) => x.square().sum())(tensor([1, 2]));
 * console.log(await value.item(), await gradient.toArray()); // 5 [2, 4]
 * ```
 */
export function valueAndGrad<A extends readonly unknown[], const N extends Choice = 0>(
  f: (...given: A) => Tensor,
  options?: GradOptions<N>,
): (...given: A) => [value: Tensor, gradient: Chosen<A, N>];
export function valueAndGrad(f: AnyFunction<Tensor>, options?: GradOptions): AnyFunction<unknown> {
  return (...given) => {
    const { value, gradient } = evaluate("valueAndGrad", f, given, options);
    return [value, gradient];
  };
}

function evaluate(
  operation: string,
  f: AnyFunction<Tensor>,
  given: readonly unknown[],
  { argument = 0 }: GradOptions = {},
) {
  return keepingGraph(() => {
    const prepared = differentiated(operation, given, argument);
    const value = callWith(f, prepared.given);
    if (!isTensor(value))
      throw new ArgumentError(
        `${operation}: the function gave ${String(value)}, not a tensor. Return the one number to differentiate.`,
      );
    requireScalar(operation, value);
    return { value, gradient: prepared.rebuild(gradientsOf(value, prepared.tensors)) };
  });
}
