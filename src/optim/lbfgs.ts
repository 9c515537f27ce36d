/**
 * L-BFGS: steps that learn the curvature from the last gradients. For problems where the whole data enters every loss:
 * calibration, small networks, fitting of equations.
 */
import { ArgumentError, TracingError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { astype } from "../tensor/cast.ts";
import { hostArray, tensorOf } from "../tensor/hostArray.ts";
import { concat } from "../tensor/joining.ts";
import { flatten } from "../tensor/manipulate.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { openTrace } from "../tensor/tracing.ts";
import { type CompiledFunction, compile } from "../transforms/compile.ts";
import { gradientsOf } from "../transforms/gradient.ts";
import { type LinePoint, searchLine } from "./lineSearch.ts";
import { requireScalar } from "./optimizer.ts";

/** What `LBFGS` may be told; the defaults are PyTorch's. */
export interface LbfgsOptions {
  /** The step length that each line search begins with. Default 1. */
  readonly learningRate?: number;
  /** Most steps of one `minimize`. Default 20. */
  readonly iterations?: number;
  /** Most computations of the loss in one `minimize`. Default 1.25 · iterations. */
  readonly evaluations?: number;
  /** Stop where no element of the gradient is larger. Default 10⁻⁷. */
  readonly gradientTolerance?: number;
  /** Stop where neither loss nor any weight changes by more. Default 10⁻⁹. */
  readonly changeTolerance?: number;
  /** How many changes of the gradient are remembered. Default 100. */
  readonly history?: number;
}

/** A change of the weights and what it changed in the gradient. */
interface Change {
  readonly step: Float64Array;
  readonly bend: Float64Array;
  /** 1 / (step · bend) */
  readonly inverse: number;
}

/** Where the last `minimize` stopped. */
interface Memory {
  readonly changes: Change[];
  direction: Float64Array;
  length: number;
  gradient: Float64Array;
}

/**
 * L-BFGS with a strong Wolfe line search, as PyTorch's `LBFGS` with `line_search_fn="strong_wolfe"`. How many losses a step
 * takes depends on their values, so `minimize` is asynchronous and stands outside of `compile`: it compiles the loss with its
 * gradient itself, one launch each, and does its own arithmetic in double precision on the host. Weights that do not improve come back.
 * What it remembers is not saved with a state: it learns the curvature anew within a few steps.
 *
 * Source: D. Liu, J. Nocedal, "On the limited memory BFGS method for large scale optimization", 1989.
 *
 * @example
 * ```ts
 * import { optim, Parameter } from "smilodon";
 * const x = new Parameter([-1.2, 1]);
 * const optimizer = new optim.LBFGS([x]);
 * const rosenbrock = () => {
 *   const [a, b] = [x.value.slice(0), x.value.slice(1)];
 *   return b.subtract(a.square()).square().multiply(100).add(a.subtract(1).square());
 * };
 * for (let round = 0; round < 3; round++) await optimizer.minimize(rosenbrock);
 * console.log(await x.value.toArray()); // nearly [1, 1]
 * ```
 */
export class LBFGS {
  /** The step length that each line search begins with; may be set at any time. */
  learningRate: number;
  readonly parameters: readonly Parameter[];
  readonly #options: Required<LbfgsOptions>;
  readonly #compiled = new WeakMap<() => Tensor, CompiledFunction<[], Tensor>>();
  #memory: Memory | undefined;

  /** @throws ArgumentError where there are no parameters, or a number is not above 0. */
  constructor(parameters: readonly Parameter[], options: LbfgsOptions = {}) {
    const iterations = options.iterations ?? 20;
    const defaults = { learningRate: 1, gradientTolerance: 1e-7, changeTolerance: 1e-9, history: 100 };
    this.#options = { ...defaults, evaluations: Math.floor(1.25 * iterations), ...options, iterations };
    for (const [name, value] of Object.entries(this.#options))
      if (!(value >= 0))
        throw new ArgumentError(`LBFGS: ${name} is ${value}; it has to be zero or more.`, { [name]: value });
    if (parameters.length === 0) throw new ArgumentError("LBFGS: there are no parameters. Pass model.parameters().");
    this.learningRate = this.#options.learningRate;
    this.parameters = parameters;
  }

  /**
   * Up to `iterations` steps down `lossFunction`, which computes a scalar from the parameters' present values. Pass the same function each
   * time: it is compiled once. Tensors that it uses from outside are fixed then; what changes goes into a Parameter.
   * @returns the loss before the first step
   * @throws ShapeError where the loss is not a scalar, TracingError inside `compile`.
   */
  async minimize(lossFunction: () => Tensor): Promise<number> {
    if (openTrace() !== undefined)
      throw new TracingError(
        "LBFGS: minimize reads losses on its way and cannot be compiled; it compiles the loss itself.",
      );
    const { iterations, evaluations, gradientTolerance, changeTolerance } = this.#options;
    const compiled = this.#compile(lossFunction);
    const begin = await this.#evaluate(compiled);
    let [point, spent] = [begin, 1];
    for (let count = 1; count <= iterations && largest(point.gradient) > gradientTolerance; count++) {
      const isFirst = this.#memory === undefined;
      const { direction } = this.#remember(point.gradient);
      const slope = dot(point.gradient, direction);
      if (slope > -changeTolerance) break;
      const weights = await this.#weights();
      const onLine = async (t: number): Promise<LinePoint> => {
        spent++;
        this.#assign(weights.map((weight, index) => weight + t * at(direction, index)));
        const found = await this.#evaluate(compiled);
        return { ...found, t, slope: dot(found.gradient, direction) };
      };
      const first = this.learningRate * (isFirst ? Math.min(1, 1 / absoluteSum(point.gradient)) : 1);
      const reach = largest(direction);
      const search = { first, tolerance: changeTolerance, reach, most: 25 };
      const next = await searchLine({ ...point, t: 0, slope }, onLine, search);
      this.#assign(weights.map((weight, index) => weight + next.t * at(direction, index)));
      if (this.#memory !== undefined) this.#memory.length = next.t;
      const change = Math.abs(next.loss - point.loss);
      point = next;
      if (spent >= evaluations || reach * next.t <= changeTolerance || change < changeTolerance) break;
    }
    return begin.loss;
  }

  /** The direction from here, after what the last step has taught. */
  #remember(gradient: Float64Array): Memory {
    const memory = this.#memory;
    if (memory === undefined)
      return (this.#memory = { changes: [], direction: gradient.map((x) => -x), length: 0, gradient });
    const bend = gradient.map((x, index) => x - at(memory.gradient, index));
    const step = memory.direction.map((x) => x * memory.length);
    const product = dot(bend, step);
    if (product > 1e-10) {
      memory.changes.push({ step, bend, inverse: 1 / product });
      if (memory.changes.length > this.#options.history) memory.changes.shift();
    }
    memory.gradient = gradient;
    memory.length = 0;
    memory.direction = descend(gradient, memory.changes);
    return memory;
  }

  #compile(lossFunction: () => Tensor): CompiledFunction<[], Tensor> {
    const known = this.#compiled.get(lossFunction);
    if (known !== undefined) return known;
    const compiled = compile(() => {
      const values = this.#trained().map(({ value }) => value);
      const loss = requireScalar(lossFunction());
      return concat([loss, ...gradientsOf(loss, values)].map((each) => astype(flatten(each), "f64")));
    });
    this.#compiled.set(lossFunction, compiled);
    return compiled;
  }

  /** The point where the parameters are now. */
  async #evaluate(compiled: CompiledFunction<[], Tensor>): Promise<LinePoint> {
    const [loss, gradient] = split(await compiled().data());
    return { t: 0, loss, gradient, slope: 0 };
  }

  #trained(): readonly Parameter[] {
    return this.parameters.filter(({ trainable }) => trainable);
  }

  async #weights(): Promise<Float64Array> {
    const parts = await Promise.all(this.#trained().map(({ value }) => value.data()));
    return Float64Array.from(parts.flatMap((part) => [...part].map(Number)));
  }

  #assign(weights: Float64Array): void {
    let start = 0;
    for (const parameter of this.#trained()) {
      const { shape, dtype } = parameter;
      const end = start + shape.reduce((product, size) => product * size, 1);
      parameter.assign(tensorOf(hostArray(weights.subarray(start, end), shape, dtype)));
      start = end;
    }
  }
}

/** The loss, and the gradient behind it. */
function split(numbers: ArrayLike<number>): [loss: number, gradient: Float64Array] {
  return [numbers[0] ?? NaN, Float64Array.from(numbers).subarray(1)];
}

/** −H · gradient, where H is the inverse curvature that `changes` tell of: the two loops of L-BFGS. */
function descend(gradient: Float64Array, changes: readonly Change[]): Float64Array {
  const way = gradient.map((x) => -x);
  const last = changes.at(-1);
  const shares = changes.map(() => 0);
  for (let index = changes.length - 1; index >= 0; index--) {
    const { step, bend, inverse } = at(changes, index);
    shares[index] = dot(step, way) * inverse;
    addScaled(way, bend, -at(shares, index));
  }
  if (last !== undefined) {
    const scale = 1 / (last.inverse * dot(last.bend, last.bend));
    for (let index = 0; index < way.length; index++) way[index] = at(way, index) * scale;
  }
  changes.forEach(({ step, bend, inverse }, index) =>
    addScaled(way, step, at(shares, index) - dot(bend, way) * inverse),
  );
  return way;
}

function addScaled(target: Float64Array, other: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++) target[index] = at(target, index) + factor * at(other, index);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, index) => sum + x * at(b, index), 0);
}

function largest(x: Float64Array): number {
  return x.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
}

function absoluteSum(x: Float64Array): number {
  return x.reduce((sum, each) => sum + Math.abs(each), 0);
}
