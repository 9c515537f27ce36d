/**
 * How operations become methods. A module that defines operations declares them on the interface of `Tensor` and
 * hands the functions over here; a bundle that does not import the module does not carry its methods.
 */
import { withOneOrigin } from "../graph/node.ts";
import type { Fitting, Joined, Operand } from "./operands.ts";
import type { ShapeType } from "./shapeTypes.ts";
import { Tensor } from "./tensor.ts";

/** A function whose first argument is the tensor; what follows is its own matter. */
type Operation = (self: Tensor, ...rest: never[]) => unknown;

/** Makes each function a method of `Tensor` under its name, with the tensor as first argument. */
export function attachMethods(operations: { readonly [Name in keyof Tensor]?: Operation }): void {
  for (const [name, operation] of Object.entries(operations)) {
    const method = function (this: Tensor, ...rest: never[]): unknown {
      return withOneOrigin(() => operation(this, ...rest));
    };
    Object.defineProperty(method, "name", { value: name });
    Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
  }
}

/** Type of methods that change each element and keep the shape. */
export type UnaryMethod = <S extends ShapeType>(this: Tensor<S>) => Tensor<S>;

/** Type of methods that broadcast with another tensor or number. */
export type BinaryMethod = <S extends ShapeType, B extends Operand>(
  this: Tensor<S>,
  other: Fitting<Tensor<S>, B>,
) => Joined<Tensor<S>, B>;
