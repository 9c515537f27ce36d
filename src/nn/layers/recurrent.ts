/** Layers that walk along a sequence and hand on what they have seen: RNN, GRU, LSTM. Each direction of each layer is one `scan`. */
import { bytesOf, type Dtype, promote } from "../../shape/dtype.ts";
import { sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { relu, sigmoid } from "../../tensor/activation.ts";
import { add, multiply, subtract } from "../../tensor/arithmetic.ts";
import { less, where } from "../../tensor/comparison.ts";
import { arange, zeros } from "../../tensor/creation.ts";
import { concat, split, stack } from "../../tensor/joining.ts";
import { tensordot } from "../../tensor/linear.ts";
import { expandDims, moveAxis } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { dropout } from "../../tensor/random.ts";
import { slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tanh } from "../../tensor/transcendental.ts";
import { mostKept } from "../../transforms/control/blocks.ts";
import { scan } from "../../transforms/control/scan.ts";
import { uniform } from "../init.ts";
import { Module } from "../module.ts";
import { requireCounts } from "./counts.ts";

/** How a recurrent layer is made. */
export interface RecurrentOptions {
  /** Layers on top of each other. Default 1. */
  readonly layers?: number;
  /** A second walk from the end, whose results stand behind those of the first. Default false. */
  readonly bidirectional?: boolean;
  /** Add learned constants. Default true. */
  readonly bias?: boolean;
  /** Share of the results between layers that is set to zero while training. Default 0. */
  readonly dropout?: number;
  /** Of the parameters. Default f32. */
  readonly dtype?: Dtype;
  /**
   * Training keeps the state before each so many steps only, and what inputs give to the gates is computed step by step, not for
   * all steps at once: memory for long sequences, see `scan`. Default: as `scan` decides, from 64 MiB of states on.
   */
  readonly checkpointEvery?: number;
}

/** What a walk begins with, and how far it goes. */
export interface RecurrentInput {
  /** The first state of each layer and direction, [layers · directions, batch, hidden]; an LSTM has two. Default: zeros. */
  readonly initial?: readonly Tensor[];
  /**
   * How long each sequence is, integers [batch]: what comes later changes no state, gives zeros, and the walk from the end begins at
   * the sequence's own end. Default: all steps.
   */
  readonly lengths?: Tensor;
}

/** What a recurrent layer gives. */
export interface RecurrentOutput {
  /** What the last layer said at each step, [batch, steps, directions · hidden]. */
  readonly output: Tensor;
  /** The last state of each layer and direction, [layers · directions, batch, hidden]; of an LSTM h and c. */
  readonly states: readonly Tensor[];
}

/** The weights of one direction of one layer. */
interface Direction {
  /** [gates · hidden, features] */
  readonly weightIh: Parameter;
  /** [gates · hidden, hidden] */
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | null;
  readonly biasHh: Parameter | null;
}

/**
 * What all of them share. Parameters have PyTorch's names in camel case (`weightIhL0`, `biasHhL1Reverse`), its order of gates, and begin
 * uniform in ± 1/√hidden. Sequences come batch first, [batch, steps, features].
 */
export abstract class Recurrent extends Module<readonly [x: Tensor, input?: RecurrentInput], RecurrentOutput> {
  readonly features: number;
  readonly hidden: number;
  readonly #options: Required<Omit<RecurrentOptions, "checkpointEvery">>;
  readonly #checkpointEvery: number | undefined;
  readonly #directions: readonly Direction[];
  /** Tensors of state: h, or h and c. */
  protected readonly stateCount: number = 1;

  /** @throws ArgumentError where a number is not a whole number of 1 or more, or the dropout not from 0 to 1. */
  constructor(features: number, hidden: number, gates: number, options: RecurrentOptions) {
    super();
    const { layers = 1, bidirectional = false, bias = true, dropout: share = 0, dtype = "f32" } = options;
    requireCounts(this.constructor.name, { features, hidden, layers });
    if (!(share >= 0 && share <= 1))
      throw new ArgumentError(`${this.constructor.name}: the dropout is ${share}; it has to be from 0 to 1.`, {
        share,
      });
    this.features = features;
    this.hidden = hidden;
    this.#checkpointEvery = options.checkpointEvery;
    this.#options = { layers, bidirectional, bias, dropout: share, dtype };
    const bound = 1 / Math.sqrt(hidden);
    const weights = (...shape: number[]) => new Parameter(uniform(shape, -bound, bound, { dtype }));
    const sides = bidirectional ? ["", "Reverse"] : [""];
    this.#directions = Array.from({ length: layers }, (_, layer) => layer).flatMap((layer) =>
      sides.map((side) => {
        const inside = layer === 0 ? features : hidden * sides.length;
        const own = {
          weightIh: weights(gates * hidden, inside),
          weightHh: weights(gates * hidden, hidden),
          biasIh: bias ? weights(gates * hidden) : null,
          biasHh: bias ? weights(gates * hidden) : null,
        };
        for (const [name, parameter] of Object.entries(own)) Reflect.set(this, `${name}L${layer}${side}`, parameter);
        return own;
      }),
    );
  }

  /**
   * The next state.
   * @param fromInput [batch, gates · hidden], the part of the gates that the step's input makes
   * @param fromState of the same shape, the part that the last h makes
   */
  protected abstract advance(fromInput: Tensor, fromState: Tensor, state: readonly Tensor[]): readonly Tensor[];

  /**
   * @param x [batch, steps, features]
   * @throws ShapeError where `x`, the first state or the lengths have other shapes.
   */
  forward(x: Tensor, { initial, lengths }: RecurrentInput = {}): RecurrentOutput {
    this.#check(x, initial, lengths);
    const { bidirectional, layers, dropout: share } = this.#options;
    const sides = bidirectional ? 2 : 1;
    const lasts: (readonly Tensor[])[] = [];
    let values = moveAxis(x, 1, 0);
    for (let layer = 0; layer < layers; layer++) {
      const walks = Array.from({ length: sides }, (_, side) => {
        const place = layer * sides + side;
        const first = initial?.map((state) => slice(state, place));
        return this.#walk(values, at(this.#directions, place), { first, lengths, isReversed: side === 1 });
      });
      lasts.push(...walks.map(({ last }) => last));
      const results = walks.map(({ results }) => results);
      values = results.length === 1 ? at(results, 0) : concat(results, -1);
      if (this.training && share > 0 && layer + 1 < layers) values = dropout(values, share);
    }
    const states = Array.from({ length: this.stateCount }, (_, index) => stack(lasts.map((last) => at(last, index))));
    return { output: moveAxis(values, 0, 1), states };
  }

  /** One direction of one layer along `x` [steps, batch, features]. */
  #walk(
    x: Tensor,
    { weightIh, weightHh, biasIh, biasHh }: Direction,
    how: { first: readonly Tensor[] | undefined; lengths: Tensor | undefined; isReversed: boolean },
  ): { results: Tensor; last: readonly Tensor[] } {
    const { first, lengths, isReversed } = how;
    const every = this.#checkpointEvery;
    const apply = (values: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor => {
      const product = tensordot(values, weight, [[-1], [1]]);
      return bias === undefined ? product : add(product, bias);
    };
    const [inputWeight, inputBias] = [weightIh.value, biasIh?.value];
    const [weight, bias] = [weightHh.value, biasHh?.value];
    // What the inputs give is one product for all steps, unless that is too long to be kept
    const isLong = this.#isLong(x);
    const inputs = isLong ? x : apply(x, inputWeight, inputBias);
    const empty = () => zeros([x.shape[1] ?? 0, this.hidden], { dtype: promote(x.dtype, inputWeight.dtype) });
    const [last, results] = scan(
      (state: readonly Tensor[], { input, step }: { input: Tensor; step: Tensor }) => {
        const fromInput = isLong ? apply(input, inputWeight, inputBias) : input;
        const next = this.advance(fromInput, apply(at(state, 0), weight, bias), state);
        if (lengths === undefined) return [next, at(next, 0)];
        const counts = expandDims(less(step, lengths), -1);
        const kept = next.map((value, index): Tensor => where(counts, value, at(state, index)));
        return [kept, where(counts, at(next, 0), 0)];
      },
      first ?? Array.from({ length: this.stateCount }, empty),
      { input: inputs, step: arange(x.shape[0] ?? 0) },
      { reverse: isReversed, ...(every === undefined ? {} : { checkpointEvery: every }) },
    );
    return { results, last };
  }

  /** Would the states of all steps of `x` [steps, batch, features] be more than a derivative keeps? */
  #isLong(x: Tensor): boolean {
    const [steps = 0, batch = 0] = x.shape;
    if (this.#checkpointEvery !== undefined) return this.#checkpointEvery > 1;
    return steps * batch * this.hidden * this.stateCount * bytesOf(this.#options.dtype) > mostKept;
  }

  #check(x: Tensor, initial: readonly Tensor[] | undefined, lengths: Tensor | undefined): void {
    const name = this.constructor.name;
    if (x.rank !== 3 || x.shape[2] !== this.features)
      throw new ShapeError(
        `${name}: the input has shape ${showShape(x.shape)}; [batch, steps, ${this.features}] is needed.`,
        { given: x.shape, features: this.features },
      );
    const batch = x.shape[0] ?? 0;
    const expected = [this.#directions.length, batch, this.hidden];
    const isFitting = initial?.every(({ shape }) => sameShape(shape, expected)) ?? true;
    if (!isFitting || (initial !== undefined && initial.length !== this.stateCount))
      throw new ShapeError(
        `${name}: the first state is given as ${initial?.map(({ shape }) => showShape(shape)).join(", ")}; ${this.stateCount} of ${showShape(expected)} are needed: [layers · directions, batch, hidden].`,
        { expected },
      );
    if (lengths !== undefined && !sameShape(lengths.shape, [batch]))
      throw new ShapeError(`${name}: the lengths have shape ${showShape(lengths.shape)}; [${batch}] is needed.`, {
        lengths: lengths.shape,
      });
  }
}

/** How a plain recurrent layer is made. */
export interface RnnOptions extends RecurrentOptions {
  /** Default `"tanh"`. */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * h' = tanh(W·x + b + U·h + c) at each step, as PyTorch's `RNN` with the batch first.
 *
 * Source: J. Elman, "Finding structure in time", Cognitive Science 14, 1990.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const { output, states } = new nn.RNN(3, 8).forward(zeros([2, 10, 3]));
 * console.log(output.shape, states[0]?.shape); // [2, 10, 8] [1, 2, 8]
 * ```
 */
export class RNN extends Recurrent {
  readonly #nonlinearity: (x: Tensor) => Tensor;

  constructor(features: number, hidden: number, { nonlinearity = "tanh", ...options }: RnnOptions = {}) {
    super(features, hidden, 1, options);
    this.#nonlinearity = nonlinearity === "relu" ? relu : tanh;
  }

  protected advance(fromInput: Tensor, fromState: Tensor): readonly Tensor[] {
    return [this.#nonlinearity(add(fromInput, fromState))];
  }
}

/**
 * Gated recurrent unit: h' = (1 − z)·n + z·h with gates r and z and the proposal n, as PyTorch's `GRU` with the batch first.
 *
 * Source: K. Cho et al., "Learning phrase representations using RNN encoder–decoder", EMNLP 2014; the reset gate acts on U·h + c.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "smilodon";
 * const layer = new nn.GRU(3, 8, { layers: 2, bidirectional: true });
 * console.log(layer.forward(zeros([2, 10, 3])).output.shape); // [2, 10, 16]
 * ```
 */
export class GRU extends Recurrent {
  constructor(features: number, hidden: number, options: RecurrentOptions = {}) {
    super(features, hidden, 3, options);
  }

  protected advance(fromInput: Tensor, fromState: Tensor, [h]: readonly Tensor[]): readonly Tensor[] {
    const [resetInput, keepInput, newInput] = parts(fromInput, 3);
    const [resetState, keepState, newState] = parts(fromState, 3);
    const keep = sigmoid(add(keepInput, keepState));
    const proposed = tanh(add(newInput, multiply(sigmoid(add(resetInput, resetState)), newState)));
    return [h === undefined ? proposed : add(proposed, multiply(keep, subtract(h, proposed)))];
  }
}

/**
 * Long short-term memory: c' = f·c + i·g, h' = o·tanh(c'), with gates i, f, o and the proposal g, as PyTorch's `LSTM` with the batch first.
 *
 * Source: S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.
 *
 * @example
 * ```ts
 * import { nn, tensor, zeros } from "smilodon";
 * const lengths = tensor([10, 4], { dtype: "i32" });
 * const { output, states: [h, c] } = new nn.LSTM(3, 8).forward(zeros([2, 10, 3]), { lengths });
 * console.log(output.shape, h?.shape, c?.shape); // [2, 10, 8] [1, 2, 8] [1, 2, 8]
 * ```
 */
export class LSTM extends Recurrent {
  protected override readonly stateCount = 2;

  constructor(features: number, hidden: number, options: RecurrentOptions = {}) {
    super(features, hidden, 4, options);
  }

  protected advance(fromInput: Tensor, fromState: Tensor, state: readonly Tensor[]): readonly Tensor[] {
    const [enter, forget, proposal, leave] = parts(add(fromInput, fromState), 4);
    const cell = add(multiply(sigmoid(forget), at(state, 1)), multiply(sigmoid(enter), tanh(proposal)));
    return [multiply(sigmoid(leave), tanh(cell)), cell];
  }
}

/** The gates' parts of the last axis. */
function parts(x: Tensor, count: 3 | 4): [Tensor, Tensor, Tensor, Tensor] {
  const all = split(x, count, -1);
  return [at(all, 0), at(all, 1), at(all, 2), at(all, count - 1)];
}
