/**
 * State that outlives a step: weights, running statistics, an optimizer's moments. Compiled functions find which
 * parameters they read and write, and update them in place unless somebody still holds an older value.
 */
import type { Node } from "../graph/node.ts";
import { isKeepingGraph, realize } from "../runtime/realize.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { DtypeError, ShapeError } from "../support/errors.ts";
import { outliveScopes } from "./scope.ts";
import { Tensor, type TensorLike, tensor } from "./tensor.ts";
import { openTrace, type StateCell } from "./tracing.ts";

/** How a parameter is made. */
export interface ParameterOptions {
  /** Do optimizers change it? False for running statistics and the like. Default true. */
  readonly trainable?: boolean;
  /** Name for messages; modules give the path from the root. */
  readonly name?: string;
}

/**
 * A tensor that can be replaced. `value` is what it holds now.
 *
 * @example
 * ```ts
 * import { Parameter } from "smilodon";
 * const weight = new Parameter([1, 2, 3]);
 * weight.assign(weight.value.multiply(0.5));
 * console.log(await weight.value.data());
 * ```
 */
export class Parameter implements StateCell {
  /** Name for messages and files. */
  name: string;
  /** Do optimizers change it? */
  trainable: boolean;
  #value: Tensor;
  #exposed = false;

  constructor(value: TensorLike, options: ParameterOptions = {}) {
    this.#value = value instanceof Tensor ? value : tensor(value);
    outliveScopes(this.node);
    this.#exposed = value instanceof Tensor;
    this.name = options.name ?? "";
    this.trainable = options.trainable ?? true;
  }

  /** What the parameter holds now. Later assignments do not change this tensor. */
  get value(): Tensor {
    const trace = openTrace();
    if (trace !== undefined) return trace.readState(this);
    this.#exposed = true;
    return this.#value;
  }

  get shape(): readonly number[] {
    return this.#value.shape;
  }

  get dtype(): Tensor["dtype"] {
    return this.#value.dtype;
  }

  /**
   * Replaces the value, which is computed at once (inside `compile`, when the function runs).
   * @throws ShapeError, DtypeError where shape or dtype differ from the present ones.
   */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `assign: parameter ${this.name} has shape ${showShape(this.shape)} and was given ${showShape(value.shape)}.`,
        { name: this.name, expected: this.shape, given: value.shape },
      );
    }
    if (value.dtype !== this.dtype) {
      throw new DtypeError(
        `assign: parameter ${this.name} is ${this.dtype} and was given ${value.dtype}. Convert with astype("${this.dtype}").`,
        { name: this.name },
      );
    }
    const trace = openTrace();
    if (trace !== undefined) {
      trace.writeState(this, value);
      return;
    }
    // Kept pending, it would grow by a step at every assignment. A derivative that is being taken computes it later
    if (!isKeepingGraph()) realize([value.node]);
    this.#value = value;
    outliveScopes(this.node);
    this.#exposed = true;
  }

  /** For compiled functions: the node of the value, without handing the value out. */
  get node(): Node {
    return this.#value.node;
  }

  /** For compiled functions: may the memory be overwritten, because nobody else has seen this value? */
  get mayOverwrite(): boolean {
    return !this.#exposed;
  }

  /** For compiled functions: a new value that nobody else has seen. */
  replace(value: Tensor): void {
    this.#value = value;
    outliveScopes(this.node);
    this.#exposed = false;
  }
}
