/**
 * Losses of classes. The chosen class is picked by comparing positions with the target, not by indexed reads, so that
 * the whole loss of a row is one pass over it.
 */
import { isFloat } from "../../shape/dtype.ts";
import { sameShape, showShape } from "../../shape/shape.ts";
import { ArgumentError, DtypeError, ShapeError } from "../../support/errors.ts";
import { add, divide, multiply, negative } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, greaterEqual, less, logicalAnd, notEqual, where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { expandDims, reshape } from "../../tensor/manipulate.ts";
import { logSoftmax } from "../../tensor/normalize.ts";
import { sum } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type LossOptions, reduceLosses } from "./reduction.ts";

/** What `nllLoss` may be told. */
export interface ClassLossOptions extends LossOptions {
  /** Factor of each class, [classes]; `"mean"` then divides by the sum of the targets' factors. */
  readonly weight?: Tensor;
  /** Targets of this value count for nothing, not even in the mean. Default −100. */
  readonly ignoreIndex?: number;
}

/** What `crossEntropy` may be told. */
export interface CrossEntropyOptions extends ClassLossOptions {
  /** Share of the target that is spread evenly over all classes, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

const notThere = -100;

/**
 * −ln softmax(logits)[target], averaged: the loss of choosing one of several classes. PyTorch's `cross_entropy`.
 *
 * @param logits [classes], [rows, classes] or [rows, classes, …], before the softmax
 * @param target whole numbers, in the shape of `logits` without its class axis; or probabilities, floats in the shape of `logits`
 * @returns a scalar, or for `reduction: "none"` one loss a target. A class outside 0 … classes − 1 that is not `ignoreIndex`
 * gives NaN: it cannot be checked without waiting for the device.
 * @throws ShapeError where the shapes do not fit, DtypeError for integer logits, ArgumentError for a smoothing outside 0 to 1.
 *
 * Source: label smoothing after C. Szegedy et al., "Rethinking the Inception architecture", CVPR 2016.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const logits = tensor([[2, 0, -1], [0, 3, 0]]);
 * const target = tensor(new Int32Array([0, 1]));
 * console.log(await nn.crossEntropy(logits, target, { labelSmoothing: 0.1 }).item());
 * ```
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ArgumentError(`crossEntropy: label smoothing ${labelSmoothing} is not from 0 to 1.`, { labelSmoothing });
  const axis = classAxis("crossEntropy", logits);
  checkWeight("crossEntropy", logits, axis, options.weight);
  const logProbabilities = logSoftmax(logits, axis);
  if (isFloat(target.dtype)) return probabilityLoss(logProbabilities, target, axis, options);
  checkTarget("crossEntropy", logits, target, axis);
  return indexLoss(logProbabilities, target, axis, options);
}

/**
 * −logProbabilities[target], averaged: what is left of `crossEntropy` after the logarithm of the softmax.
 *
 * @param logProbabilities [classes], [rows, classes] or [rows, classes, …]
 * @param target whole numbers, in the shape of `logProbabilities` without its class axis
 * @throws ShapeError where the shapes do not fit, DtypeError where the target is not whole numbers.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * const logits = tensor([[2, 0, -1], [0, 3, 0]]);
 * console.log(await nn.nllLoss(logits.logSoftmax(-1), tensor(new Int32Array([0, 1]))).item());
 * ```
 */
export function nllLoss(logProbabilities: Tensor, target: Tensor, options: ClassLossOptions = {}): Tensor {
  const axis = classAxis("nllLoss", logProbabilities);
  checkWeight("nllLoss", logProbabilities, axis, options.weight);
  checkTarget("nllLoss", logProbabilities, target, axis);
  return indexLoss(logProbabilities, target, axis, options);
}

/** The loss of targets that are whole numbers. */
function indexLoss(logProbabilities: Tensor, target: Tensor, axis: number, options: CrossEntropyOptions): Tensor {
  const { weight, reduction = "mean", ignoreIndex = notThere, labelSmoothing = 0 } = options;
  const count = logProbabilities.shape[axis] ?? 0;
  const chosen = astype(target, "i32");
  const counts = notEqual(chosen, ignoreIndex);
  const isClass = logicalAnd(greaterEqual(chosen, 0), less(chosen, count));
  const isChosen = equal(expandDims(chosen, axis), alongAxis(arange(count), axis, logProbabilities.rank));
  const classWeight = weight && alongAxis(astype(weight, logProbabilities.dtype), axis, logProbabilities.rank);
  // Negative before the sum: a certain choice costs 0, not −0
  const costs = negative(classWeight === undefined ? logProbabilities : multiply(logProbabilities, classWeight));

  let losses: Tensor = sum(where(isChosen, costs, 0), axis);
  if (labelSmoothing > 0) {
    losses = add(multiply(losses, 1 - labelSmoothing), multiply(sum(costs, axis), labelSmoothing / count));
  }
  losses = where(counts, where(isClass, losses, NaN), 0);
  if (reduction !== "mean") return reduceLosses(losses, reduction);
  const shares =
    classWeight === undefined
      ? astype(counts, logProbabilities.dtype)
      : where(counts, sum(where(isChosen, classWeight, 0), axis), 0);
  return divide(sum(losses), sum(shares));
}

/** The loss of targets that are probabilities. */
function probabilityLoss(logProbabilities: Tensor, target: Tensor, axis: number, options: CrossEntropyOptions): Tensor {
  if (!sameShape(logProbabilities.shape, target.shape)) {
    throw new ShapeError(
      `crossEntropy: the logits have shape ${showShape(logProbabilities.shape)} and the target, being ${target.dtype}, holds probabilities; ` +
        `it has shape ${showShape(target.shape)} and needs the same. Classes as whole numbers are i32: astype("i32").`,
      { logits: logProbabilities.shape, target: target.shape },
    );
  }
  const { weight, reduction = "mean", labelSmoothing = 0 } = options;
  const count = logProbabilities.shape[axis] ?? 0;
  const smoothed = labelSmoothing === 0 ? target : add(multiply(target, 1 - labelSmoothing), labelSmoothing / count);
  const terms = multiply(logProbabilities, smoothed);
  const weighted =
    weight === undefined
      ? terms
      : multiply(terms, alongAxis(astype(weight, logProbabilities.dtype), axis, logProbabilities.rank));
  return reduceLosses(negative(sum(weighted, axis)), reduction);
}

/** Classes stand along axis 1, or along the only axis. */
export function classAxis(loss: string, input: Tensor): number {
  if (input.rank === 0) throw new ShapeError(`${loss}: the input is a scalar; it needs an axis of classes.`, { loss });
  if (!isFloat(input.dtype))
    throw new DtypeError(
      `${loss}: the input is ${input.dtype}; it has to be floating-point numbers. Convert with astype("f32").`,
      { loss, dtype: input.dtype },
    );
  return input.rank === 1 ? 0 : 1;
}

/** @throws DtypeError, ShapeError unless `target` is whole numbers in the shape of `input` without its classes. */
export function checkTarget(loss: string, input: Tensor, target: Tensor, axis: number): void {
  if (isFloat(target.dtype) || target.dtype === "bool") {
    throw new DtypeError(
      `${loss}: the target is ${target.dtype}; classes are whole numbers. Convert with astype("i32").`,
      { loss, dtype: target.dtype },
    );
  }
  const expected = input.shape.filter((_, each) => each !== axis);
  if (sameShape(target.shape, expected)) return;
  throw new ShapeError(
    `${loss}: for an input of shape ${showShape(input.shape)}, whose axis ${axis} counts the classes, the target has to have shape ` +
      `${showShape(expected)}, and has ${showShape(target.shape)}.`,
    { loss, input: input.shape, expected, target: target.shape },
  );
}

/** @throws ShapeError unless `weight` has one number for each class. */
export function checkWeight(loss: string, input: Tensor, axis: number, weight: Tensor | undefined): void {
  const count = input.shape[axis] ?? 0;
  if (weight === undefined || sameShape(weight.shape, [count])) return;
  throw new ShapeError(
    `${loss}: the weight has shape ${showShape(weight.shape)}; there are ${count} classes, so it has to have ${showShape([count])}.`,
    { loss, weight: weight.shape, count },
  );
}

/** `values`, of one axis, laid along `axis` of a tensor of `rank` axes. */
export function alongAxis(values: Tensor, axis: number, rank: number): Tensor {
  return reshape(
    values,
    Array.from({ length: rank }, (_, each) => (each === axis ? values.size : 1)),
  );
}
