/**
 * What all optimizers share: which parameters they change, the learning rate, the state they keep, one step. An
 * optimizer adds the formula for one parameter: see `sgd.ts` for a short one.
 */
import type { Dtype } from "../shape/dtype.ts";
import { showShape } from "../shape/shape.ts";
import { ArgumentError, ShapeError } from "../support/errors.ts";
import { at } from "../support/invariant.ts";
import { remember } from "../support/remember.ts";
import { add, multiply } from "../tensor/arithmetic.ts";
import { astype } from "../tensor/cast.ts";
import { zeros } from "../tensor/creation.ts";
import { computeTogether, keepingGraph, withOneOrigin } from "../tensor/evaluation.ts";
import { Parameter } from "../tensor/parameter.ts";
import { loadParameters, type StateDictionary, type Stateful } from "../tensor/stateDictionary.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { dependOn, type HostInput, hostInput, openTrace } from "../tensor/tracing.ts";
import { gradientsOf } from "../transforms/gradient.ts";
import { clipGradientNorm, clipGradientValue } from "./clip.ts";

/** Parameters that are treated in one way. */
export interface ParameterGroup {
  readonly parameters: readonly Parameter[];
  /** The group's learning rate is the optimizer's times this. Default 1. */
  readonly learningRateFactor?: number;
  /** Instead of the optimizer's. Biases and norms are often given 0. */
  readonly weightDecay?: number;
}

/** What every optimizer may be told. */
export interface OptimizerOptions {
  /** Step size; may be set at any time. */
  readonly learningRate: number;
  /** How strongly weights are drawn to zero; the optimizer says how. */
  readonly weightDecay?: number;
  /** Scales all gradients down together where their joint Euclidean norm exceeds this. */
  readonly clipNorm?: number;
  /** Limits each element of the gradients to ± this, before `clipNorm`. */
  readonly clipValue?: number;
}

/** What the formula for one parameter is given. */
export interface Update {
  readonly value: Tensor;
  readonly gradient: Tensor;
  /** The tensors kept for this parameter, in the order of `momentNames`. */
  readonly moments: readonly Tensor[];
  /** Learning rate of the parameter's group: a scalar of the parameter's dtype. */
  readonly rate: Tensor;
  /** Steps taken, this one included: a scalar of the parameter's dtype. */
  readonly count: Tensor;
  readonly weightDecay: number;
}

/** What the formula gives. */
export interface Updated {
  readonly value: Tensor;
  readonly moments: readonly Tensor[];
}

interface Member {
  readonly parameter: Parameter;
  readonly weightDecay: number;
  /** The learning rate of its group; members of one group and dtype share it. */
  readonly rate: HostInput;
}

/**
 * Base of optimizers. Works the same in eager code and inside `compile`, where state is updated on the device.
 *
 * @example
 * ```ts
 * import { nn, optim, tensor } from "smilodon";
 * const model = new nn.Linear(2, 1);
 * const optimizer = new optim.SGD(model.parameters(), { learningRate: 0.1, momentum: 0.9 });
 * const x = tensor([[1, 2], [3, 4]]);
 * const y = tensor([[1], [2]]);
 * for (let step = 0; step < 10; step++) optimizer.minimize(() => nn.mseLoss(model.forward(x), y));
 * ```
 */
export abstract class Optimizer implements Stateful {
  /** Names of the tensors kept for each parameter: of its dtype, zero at first. */
  protected abstract readonly momentNames: readonly string[];
  /** Those of them that are scalars; the others have the parameter's shape. */
  protected readonly scalarMoments: readonly string[] = [];

  readonly #members: readonly Member[];
  readonly #options: OptimizerOptions;
  readonly #count = new Parameter(zeros([], { dtype: "i32" }), { trainable: false, name: "optimizer.count" });
  readonly #moments = new Map<Parameter, readonly Parameter[]>();
  #learningRate: number;

  /** @throws ArgumentError for a negative rate, decay or limit, and for parameters that are none or occur twice. */
  constructor(parameters: readonly Parameter[] | readonly ParameterGroup[], options: OptimizerOptions) {
    this.#options = options;
    this.#learningRate = requireNotNegative("learningRate", options.learningRate);
    requireNotNegative("weightDecay", options.weightDecay ?? 0);
    requireNotNegative("clipNorm", options.clipNorm ?? 0);
    requireNotNegative("clipValue", options.clipValue ?? 0);
    this.#members = groupsOf(parameters).flatMap((group) => this.#membersOf(group));
    if (new Set(this.parameters).size !== this.parameters.length)
      throw new ArgumentError("Optimizer: a parameter was given twice.");
  }

  /** The formula: the new value and moments of one parameter. */
  protected abstract update(update: Update): Updated;

  /** The step size. Setting it recompiles nothing; a schedule sets it before each step. */
  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(rate: number) {
    this.#learningRate = requireNotNegative("learningRate", rate);
  }

  /** All parameters, trainable or not, in the order in which they were given. */
  get parameters(): readonly Parameter[] {
    return this.#members.map(({ parameter }) => parameter);
  }

  /** How many steps were taken: an i32 scalar. */
  get count(): Tensor {
    return this.#count.value;
  }

  /**
   * One step down the gradient of `lossFunction`, which computes a scalar from the parameters' present values.
   * @returns the loss before the step
   * @throws ShapeError where the loss is not a scalar.
   */
  minimize(lossFunction: () => Tensor): Tensor {
    const members = this.#trainableMembers();
    const values = members.map(({ parameter }) => parameter.value);
    const { loss, gradients } = keepingGraph(() => {
      const result = requireScalar(lossFunction());
      return { loss: result, gradients: gradientsOf(result, values) };
    });
    this.#apply(members, gradients, [loss]);
    return loss;
  }

  /**
   * One step with gradients that were computed elsewhere: one for each trainable parameter, in the order of `parameters`.
   * @throws ShapeError where their number or a shape does not fit.
   */
  step(gradients: readonly Tensor[]): void {
    this.#apply(this.#trainableMembers(), gradients, []);
  }

  /** Step count (`count`) and moments (`0.firstMoment`: of the first parameter). The learning rate is not part of it. */
  stateDictionary(): StateDictionary {
    return new Map([...this.#state()].map(([name, parameter]) => [name, parameter.value]));
  }

  /** Goes on from `state`. @throws DataError listing what is missing, not expected or of another shape; nothing is loaded then. */
  loadStateDictionary(state: StateDictionary): void {
    loadParameters("optimizer", this.#state(), state);
  }

  #apply(members: readonly Member[], gradients: readonly Tensor[], together: readonly Tensor[]): void {
    checkGradients(members, gradients);
    const { clipNorm, clipValue } = this.#options;
    let clipped = clipValue === undefined ? gradients : clipGradientValue(gradients, clipValue);
    if (clipNorm !== undefined) clipped = clipGradientNorm(clipped, clipNorm).gradients;
    const count = add(this.#count.value, 1);
    const assignments: (readonly [Parameter, Tensor])[] = [[this.#count, count]];
    const rates = new Map([...new Set(members.map(({ rate }) => rate))].map((input) => [input, hostInput(input)]));
    const counts = new Map<Dtype, Tensor>();
    members.forEach(({ parameter, rate, weightDecay }, index) => {
      const { dtype } = parameter;
      const moments = this.#momentsOf(parameter);
      const update = {
        value: parameter.value,
        gradient: at(clipped, index),
        moments: moments.map((moment) => moment.value),
        rate: rates.get(rate) ?? hostInput(rate),
        count: remember(counts, dtype, () => astype(count, dtype)),
        weightDecay,
      };
      const updated = withOneOrigin(() => this.update(update));
      assignments.push([parameter, updated.value]);
      moments.forEach((moment, position) => assignments.push([moment, at(updated.moments, position)]));
    });
    // One launch for all of it; parameters that are not trained may be pending too (running statistics)
    const others = openTrace() === undefined ? this.parameters.map(({ value }) => value) : [];
    computeTogether([...together, ...assignments.map(([, value]) => value), ...others]);
    for (const [parameter, value] of assignments) parameter.assign(value);
  }

  #trainableMembers(): readonly Member[] {
    const members = this.#members.filter(({ parameter }) => parameter.trainable);
    dependOn(() => this.#members.map(({ parameter }) => Number(parameter.trainable)).join(""));
    if (members.length === 0) throw new ArgumentError("Optimizer: none of the parameters is trainable.");
    return members;
  }

  #momentsOf(parameter: Parameter): readonly Parameter[] {
    const { shape, dtype, name } = parameter;
    const start = (moment: string) => {
      const of = this.scalarMoments.includes(moment) ? [] : shape;
      return new Parameter(zeros(of, { dtype }), { trainable: false, name: `${name}.${moment}` });
    };
    return remember(this.#moments, parameter, () => withOneOrigin(() => this.momentNames.map(start)));
  }

  /** The optimizer's own parameters, by name. */
  #state(): ReadonlyMap<string, Parameter> {
    const state = new Map([["count", this.#count]]);
    this.parameters.forEach((parameter, index) => {
      if (!parameter.trainable && !this.#moments.has(parameter)) return;
      this.#momentsOf(parameter).forEach((moment, position) =>
        state.set(`${index}.${this.momentNames[position]}`, moment),
      );
    });
    return state;
  }

  #membersOf(group: ParameterGroup): Member[] {
    const factor = requireNotNegative("learningRateFactor", group.learningRateFactor ?? 1);
    const weightDecay = requireNotNegative("weightDecay", group.weightDecay ?? this.#options.weightDecay ?? 0);
    const inputs = new Map<string, HostInput>();
    return group.parameters.map((parameter) => {
      const { dtype } = parameter;
      const read = () => [this.#learningRate * factor];
      return { parameter, weightDecay, rate: remember(inputs, dtype, () => ({ shape: [], dtype, read })) };
    });
  }
}

/** The gradient with weightDecay · value added: how the optimizers decay weights that say nothing else. */
export function decayedGradient({ value, gradient, weightDecay }: Update): Tensor {
  return weightDecay === 0 ? gradient : add(gradient, multiply(value, weightDecay));
}

/** `average` after `next` has entered it: kept · average + (1 − kept) · next. */
export function averaged(average: Tensor, next: Tensor, kept: number): Tensor {
  return add(multiply(average, kept), multiply(next, 1 - kept));
}

/** @throws ArgumentError unless each of `shares` is at least 0 and below 1. */
export function requireShares(optimizer: string, shares: Readonly<Record<string, number>>): void {
  for (const [name, share] of Object.entries(shares))
    if (!(share >= 0 && share < 1))
      throw new ArgumentError(`${optimizer}: ${name} is ${share}; it has to be at least 0 and below 1.`, shares);
}

function groupsOf(parameters: readonly Parameter[] | readonly ParameterGroup[]): readonly ParameterGroup[] {
  const groups: ParameterGroup[] = [];
  const single: Parameter[] = [];
  for (const entry of parameters) {
    if (entry instanceof Parameter) single.push(entry);
    else if (Array.isArray(entry?.parameters)) groups.push(entry);
    else
      throw new ArgumentError(
        `Optimizer: ${String(entry)} (${typeof entry}) is neither a Parameter nor a group { parameters }. Pass model.parameters().`,
      );
  }
  if (single.length + groups.length === 0)
    throw new ArgumentError("Optimizer: there are no parameters. Pass model.parameters().");
  return single.length === 0 ? groups : [{ parameters: single }, ...groups];
}

function checkGradients(members: readonly Member[], gradients: readonly Tensor[]): void {
  if (members.length !== gradients.length) {
    throw new ShapeError(`Optimizer: ${gradients.length} gradients for ${members.length} trainable parameters.`, {
      gradients: gradients.length,
      parameters: members.length,
    });
  }
}

/** @throws ShapeError where `loss` is not a scalar. */
export function requireScalar(loss: Tensor): Tensor {
  if (loss.size === 1 && loss.rank === 0) return loss;
  throw new ShapeError(
    `minimize: the loss has shape ${showShape(loss.shape)}; it has to be a scalar. Average it with mean(), or leave out reduction: "none".`,
    { shape: loss.shape },
  );
}

function requireNotNegative(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new ArgumentError(`Optimizer: ${name} is ${value}; it has to be a finite number of zero or more.`, {
    name,
    value,
  });
}
