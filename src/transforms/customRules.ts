/**
 * Derivatives given by hand: `customVjp` and `customJvp`. Either rule serves both directions, because derivatives are
 * linear: the other direction is the transpose. `calls.ts` has what transforms see of it.
 */
import type { Node, TensorType } from "../graph/node.ts";
import { isFloat } from "../shape/dtype.ts";
import { ArgumentError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { flattenTree, mapTree, requireSameStructure } from "../support/tree.ts";
import { zeros, zerosLike } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";
import { BatchedRule } from "./batchedRule.ts";
import { type CallResult, CallRule, callResults } from "./calls.ts";
import { isTensor } from "./differentiated.ts";
import { transpose } from "./transpose.ts";
import { requireSameType } from "./vjp.ts";

/** Derivatives of an argument each, in its structure; null for zero, and for what has no derivative. */
export type ArgumentCotangents<A extends readonly unknown[]> = { readonly [Index in keyof A]: A[Index] | null };

/** A reverse rule in two parts. */
export interface VjpParts<A extends readonly unknown[], R, K> {
  /** What the function gives, and whatever `backward` needs. */
  readonly forward: (...given: A) => readonly [value: R, kept: K];
  /** From the derivative of something with respect to the result, linearly, to those with respect to the arguments. */
  readonly backward: (kept: K, cotangent: R) => ArgumentCotangents<A>;
}

/**
 * `f` with the reverse rule that `forward` and `backward` make, whatever `f` is made of. Forward mode uses the transpose
 * of `backward`, which has to be linear in the cotangent for this. Tensors that `f` uses and is not given are
 * constants: give as an argument what is to be differentiated or mapped over.
 * @throws ArgumentError, ShapeError, DtypeError where `backward` gives other trees than the arguments; UnsupportedError
 * under `jvp` where it is not linear.
 *
 * @example
 * ```ts
 * import { customVjp, grad, tensor, type Tensor } from "smilodon";
 * // Rounds, and lets derivatives through as if it did not
 * const quantize = customVjp((x: Tensor) => x.round(), {
 *   forward: (x) => [x.round(), null],
 *   backward: (_, cotangent) => [cotangent],
 * });
 * console.log(await grad((x: Tensor) => quantize(x).square().sum())(tensor([1.2, 2.7])).toArray()); // [2, 6]
 * ```
 */
export function customVjp<A extends readonly unknown[], R, K>(
  f: (...given: A) => R,
  { forward, backward }: VjpParts<A, R, K>,
): (...given: A) => R {
  return (...given) =>
    callOf(
      f,
      given,
      (call) => new CustomVjp(call, (primals, cotangent) => backward(forward(...primals)[1], cotangent)),
    );
}

/**
 * `f` with the forward rule `change`, whatever `f` is made of: from the arguments and their changes, linearly, to the
 * change of the result. Reverse mode uses its transpose. Changes of arguments that are no floats are zeros. Tensors that
 * `f` uses and is not given are constants.
 * @throws ArgumentError, ShapeError, DtypeError where `change` gives another tree than `f`; UnsupportedError under `grad`
 * and `vjp` where it is not linear.
 *
 * @example
 * ```ts
 * import { customJvp, grad, tensor, type Tensor } from "smilodon";
 * // ln(1 + eˣ), whose derivative is the logistic function
 * const softplus = customJvp((x: Tensor) => x.exp().add(1).log(), ([x], [dx]) => x.sigmoid().multiply(dx));
 * console.log(await grad((x: Tensor) => softplus(x).sum())(tensor([0])).toArray()); // [0.5]
 * ```
 */
export function customJvp<A extends readonly unknown[], R>(
  f: (...given: A) => R,
  change: (primals: A, tangents: A) => R,
): (...given: A) => R {
  return (...given) => callOf(f, given, (call) => new CustomJvp(call, change));
}

/** A tree without its tensors, and what they were: rules may live longer than what they were made for. */
class Skeleton<T> {
  readonly types: readonly TensorType[];
  readonly tree: unknown;

  constructor(tree: T) {
    this.types = flattenTree(tree, isTensor).leaves.map(({ node }) => node.type);
    this.tree = mapTree(tree, isTensor, () => hole);
  }

  /** The tree with tensors in their places. */
  filled(tensors: readonly Tensor[]): T {
    return flattenTree(this.tree, isHole).rebuild(tensors) as T;
  }

  /** The tensors of `given`. @throws ArgumentError, ShapeError, DtypeError unless it is like this tree. */
  tensorsOf(operation: string, name: string, given: unknown): readonly Tensor[] {
    requireSameStructure(operation, this.tree, given, (value) => isHole(value) || isTensor(value));
    const { leaves } = flattenTree(given, isTensor);
    leaves.forEach((leaf, index) => requireSameType(operation, name, at(this.types, index), leaf));
    return leaves;
  }

  zeros(): readonly Tensor[] {
    return this.types.map(({ shape, dtype }) => zeros(shape, { dtype }));
  }
}

const hole = Symbol("tensor");

function isHole(value: unknown): value is typeof hole {
  return value === hole;
}

/** What a rule knows of the call that it is for. */
interface CallTrees<A extends readonly unknown[], R> {
  readonly given: Skeleton<A>;
  readonly result: Skeleton<R>;
}

function callOf<A extends readonly unknown[], R>(
  f: (...given: A) => R,
  given: A,
  ruleFor: (trees: CallTrees<A, R>) => CallRule,
): R {
  const inputs = flattenTree(given, isTensor).leaves.map(({ node }) => node);
  const value = f(...given);
  return callResults(value, inputs, ruleFor({ given: new Skeleton(given), result: new Skeleton(value) })) as R;
}

class CustomVjp<A extends readonly unknown[], R> extends CallRule {
  readonly name = "customVjp";
  readonly #trees: CallTrees<A, R>;
  readonly #backward: (primals: A, cotangent: R) => ArgumentCotangents<A>;

  constructor(trees: CallTrees<A, R>, backward: (primals: A, cotangent: R) => ArgumentCotangents<A>) {
    super();
    this.#trees = trees;
    this.#backward = backward;
  }

  pullBack(inputs: readonly Node[], results: readonly CallResult[]): readonly (Tensor | undefined)[] {
    const cotangents = this.#trees.result.zeros().map((zero, output) => {
      return results.find((result) => result.output === output)?.cotangent ?? zero;
    });
    return this.#pullBackAll(inputs, cotangents);
  }

  pushForward(inputs: readonly Node[], tangents: readonly (Tensor | undefined)[]): readonly Tensor[] {
    const advice =
      "customVjp: backward is not linear in the cotangent, so that there is no forward mode. Use reverse mode (grad, vjp), or give the function a customJvp.";
    const { types } = this.#trees.result;
    return transpose((cotangents) => this.#pullBackAll(inputs, cotangents), types, tangents, advice);
  }

  batched(isBatched: readonly boolean[]): CallRule {
    return new BatchedRule(this, isBatched);
  }

  copy(): CallRule {
    return new CustomVjp(this.#trees, this.#backward);
  }

  #pullBackAll(inputs: readonly Node[], cotangents: readonly Tensor[]): readonly (Tensor | undefined)[] {
    const { given, result } = this.#trees;
    const primals = given.filled(inputs.map((input) => new Tensor(input)));
    const parts: readonly unknown[] = this.#backward(primals, result.filled(cotangents));
    if (parts.length !== primals.length)
      throw new ArgumentError(
        `customVjp: backward gave ${parts.length} derivatives for ${primals.length} arguments. Give one for each, null for zero.`,
        { expected: primals.length, given: parts.length },
      );
    return primals.flatMap((primal, index): readonly (Tensor | undefined)[] => {
      const part = parts[index];
      const skeleton = new Skeleton(primal);
      if (part === null || part === undefined) return skeleton.types.map(() => undefined);
      return skeleton.tensorsOf("customVjp", `derivative of argument ${index}`, part);
    });
  }
}

class CustomJvp<A extends readonly unknown[], R> extends CallRule {
  readonly name = "customJvp";
  readonly #trees: CallTrees<A, R>;
  readonly #change: (primals: A, tangents: A) => R;

  constructor(trees: CallTrees<A, R>, change: (primals: A, tangents: A) => R) {
    super();
    this.#trees = trees;
    this.#change = change;
  }

  pullBack(inputs: readonly Node[], results: readonly CallResult[]): readonly (Tensor | undefined)[] {
    const advice =
      "customJvp: the change is not linear in the changes of the arguments, so that there is no reverse mode. Use forward mode (jvp), or give the function a customVjp.";
    const floats = inputs.flatMap(({ type }, position) => (isFloat(type.dtype) ? [position] : []));
    const types = floats.map((position) => at(inputs, position).type);
    const cotangents = results.map(({ cotangent }) => cotangent);
    const linear = (tangents: readonly Tensor[]) => {
      const changes = this.pushForward(
        inputs,
        inputs.map((_, position) => tangents[floats.indexOf(position)]),
      );
      return results.map(({ output }) => changes[output]);
    };
    const transposed = transpose(linear, types, cotangents, advice);
    return inputs.map((_, position) => transposed[floats.indexOf(position)]);
  }

  pushForward(inputs: readonly Node[], tangents: readonly (Tensor | undefined)[]): readonly Tensor[] {
    const { given, result } = this.#trees;
    const primals = inputs.map((input) => new Tensor(input));
    const directions = primals.map((primal, index) => tangents[index] ?? zerosLike(primal));
    return result.tensorsOf("customJvp", "change", this.#change(given.filled(primals), given.filled(directions)));
  }

  batched(isBatched: readonly boolean[]): CallRule {
    return new BatchedRule(this, isBatched);
  }

  copy(): CallRule {
    return new CustomJvp(this.#trees, this.#change);
  }
}
