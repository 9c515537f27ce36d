/** The loss of sequences whose labels are known and whose places are not: speech, handwriting. */
import { isFloat } from "../../shape/dtype.ts";
import { sameShape, showShape } from "../../shape/shape.ts";
import { DtypeError, ShapeError } from "../../support/errors.ts";
import { add, divide, maximum, multiply, negative } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { equal, isInf, less, logicalAnd, logicalOr, notEqual, where } from "../../tensor/comparison.ts";
import { arange } from "../../tensor/creation.ts";
import { takeAlongAxis } from "../../tensor/indexing.ts";
import { stack } from "../../tensor/joining.ts";
import { broadcastTo, expandDims, moveAxis, reshape } from "../../tensor/manipulate.ts";
import { mean } from "../../tensor/reduce.ts";
import { pad, slice } from "../../tensor/slice.ts";
import { logsumexp } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scan } from "../../transforms/control/scan.ts";
import { type LossOptions, reduceLosses } from "./reduction.ts";

/** What `ctcLoss` may be told. */
export interface CtcOptions extends LossOptions {
  /** Steps of each row that count, i32 [rows]. Default: all. */
  readonly inputLengths?: Tensor;
  /** Labels of each row that count, i32 [rows]. Default: all. */
  readonly targetLengths?: Tensor;
  /** The class that stands for no label. Default 0. */
  readonly blank?: number;
  /** Count rows whose labels do not fit into their steps as 0 in place of infinity. Default false. */
  readonly zeroInfinity?: boolean;
}

/**
 * −ln of the probability of all ways in which the labels of `target` may lie along the steps, one after the other, with blanks
 * between. PyTorch's `ctc_loss`, with rows first: `"mean"` divides each loss by the number of its labels, then averages.
 *
 * @param logProbabilities [rows, steps, classes], after `logSoftmax`
 * @param target whole numbers, [rows, labels]
 * @throws ShapeError where the shapes do not fit, DtypeError where target or lengths are not whole numbers.
 *
 * Source: A. Graves et al., "Connectionist temporal classification", ICML 2006, equations 6 to 8, in logarithms.
 *
 * @example
 * ```ts
 * import { nn, tensor, zeros } from "smilodon";
 * const logProbabilities = zeros([1, 2, 3]).logSoftmax(-1);
 * const target = tensor([[1]], { dtype: "i32" });
 * console.log(await nn.ctcLoss(logProbabilities, target).item()); // three ways of nine: ln 3
 * ```
 */
export function ctcLoss(logProbabilities: Tensor, target: Tensor, options: CtcOptions = {}): Tensor {
  requireShapes(logProbabilities, target, options);
  const { inputLengths, targetLengths, blank = 0, zeroInfinity = false, reduction = "mean" } = options;
  const labels = target.shape[1] ?? 0;
  const states = labelsBetweenBlanks(target, targetLengths, blank);
  const emissions = moveAxis(takeAlongAxis(logProbabilities, expandDims(states, 1)), 1, 0);
  const before = (x: Tensor, count: number): Tensor => {
    const value = x.dtype === "i32" ? blank : -Infinity;
    return slice(
      pad(
        x,
        [
          [0, 0],
          [count, 0],
        ],
        { value },
      ),
      null,
      [0, 2 * labels + 1],
    );
  };
  // From a label to the next other one the blank between may be left out
  const maySkip = logicalAnd(notEqual(states, blank), notEqual(states, before(states, 2)));
  const start = where(equal(arange(2 * labels + 1), 0), 0, -Infinity);
  const initial: Tensor = broadcastTo(astype(start, logProbabilities.dtype), states.shape);
  const [ways] = scan(
    (state: Tensor, { emission, step }: { emission: Tensor; step: Tensor }) => {
      const skipped = where(maySkip, before(state, 2), -Infinity);
      const next = add(logsumexp(stack([state, before(state, 1), skipped]), 0), emission);
      const counts = inputLengths === undefined ? undefined : expandDims(less(step, inputLengths), -1);
      return [counts === undefined ? next : where(counts, next, state), null] as const;
    },
    initial,
    { emission: emissions, step: arange(emissions.shape[0] ?? 0) },
  );
  const counts = targetLengths === undefined ? arange(0, 1).add(labels) : astype(targetLengths, "i32");
  const last = multiply(expandDims(counts, -1), 2);
  const place = arange(2 * labels + 1);
  const isEnd = logicalOr(equal(place, last), equal(place, last.subtract(1)));
  let losses: Tensor = negative(logsumexp(where(isEnd, ways, -Infinity), 1));
  if (zeroInfinity) losses = where(isInf(losses), 0, losses);
  return reduction === "mean" ? mean(divide(losses, maximum(counts, 1))) : reduceLosses(losses, reduction);
}

/** blank, label, blank, label, …, blank: what may be seen in turn, i32 [rows, 2 · labels + 1]. */
function labelsBetweenBlanks(target: Tensor, lengths: Tensor | undefined, blank: number): Tensor {
  const [rows = 0, count = 0] = target.shape;
  const labels = astype(target, "i32");
  const known = lengths === undefined ? labels : where(less(arange(count), expandDims(lengths, -1)), labels, blank);
  const pairs = pad(
    expandDims(known, -1),
    [
      [0, 0],
      [0, 0],
      [1, 0],
    ],
    { value: blank },
  );
  return pad(
    reshape(pairs, [rows, 2 * count]),
    [
      [0, 0],
      [0, 1],
    ],
    { value: blank },
  );
}

function requireShapes(logProbabilities: Tensor, target: Tensor, options: CtcOptions): void {
  const rows = logProbabilities.shape[0] ?? 0;
  if (logProbabilities.rank !== 3 || target.rank !== 2 || target.shape[0] !== rows)
    throw new ShapeError(
      `ctcLoss: logProbabilities have shape ${showShape(logProbabilities.shape)} and the target ${showShape(target.shape)}; needed are [rows, steps, classes] and [rows, labels].`,
      { logProbabilities: logProbabilities.shape, target: target.shape },
    );
  const { inputLengths = target, targetLengths = target } = options;
  for (const [name, lengths] of Object.entries({ target, inputLengths, targetLengths })) {
    if (isFloat(lengths.dtype) || lengths.dtype === "bool")
      throw new DtypeError(`ctcLoss: ${name} is ${lengths.dtype}; whole numbers are needed: astype("i32").`, { name });
    if (lengths !== target && !sameShape(lengths.shape, [rows]))
      throw new ShapeError(`ctcLoss: ${name} has shape ${showShape(lengths.shape)}; [${rows}] is needed.`, { name });
  }
}
