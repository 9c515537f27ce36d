/**
 * What a network's units say of classes: pooling units, smoothed, into a kernel classifier whose weights are computed, not
 * learned in steps.
 */
import { cholesky, choleskySolve } from "../../algorithms/linalg/index.ts";
import { averagePool } from "../../algorithms/windows/pooling.ts";
import { DataError, ShapeError } from "../../support/errors.ts";
import { add, maximum, multiply, sqrt, square, subtract } from "../../tensor/arithmetic.ts";
import { eye, zeros } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import { matmul } from "../../tensor/linear.ts";
import { expandDims, matrixTranspose, reshape } from "../../tensor/manipulate.ts";
import { mean, sum } from "../../tensor/reduce.ts";
import { slice } from "../../tensor/slice.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { exp } from "../../tensor/transcendental.ts";
import { type CompiledFunction, compile } from "../../transforms/compile.ts";
import type { DeepBeliefNetwork } from "./deepBelief.ts";

/** Maps that are narrower are taken as they are: there is nothing to smooth. */
const narrow = 4;

/**
 * Features of pictures, [count, features]: the pooling probabilities of all layers. Averages over 5 × 5 places, two places apart, forgive
 * small shifts; square roots make differences of rare units count (the distance of Hellinger between frequencies).
 *
 * @example
 * ```ts
 * import { DeepBeliefNetwork, featuresOf } from "smilodon/deep-belief";
 * import { random } from "smilodon";
 * const network = new DeepBeliefNetwork([{ channels: 1, groups: 40, kernel: 12 }]);
 * console.log(featuresOf(network, random.uniform([3, 1, 29, 29])).shape); // [3, 1000]
 * ```
 */
export function featuresOf(network: DeepBeliefNetwork, visible: Tensor): Tensor {
  const maps = network.forward(visible).map((pooling) => {
    const [count = 0, groups = 0, rows = 0, columns = 0] = pooling.shape;
    if (Math.min(rows, columns) < narrow) return reshape(sqrt(pooling), [count, groups * rows * columns]);
    const smooth = averagePool(averagePool(pooling, [3, 3], { stride: 1, padding: 1 }), [3, 3], {
      stride: 2,
      padding: 1,
    });
    return reshape(sqrt(smooth), [count, smooth.size / count]);
  });
  return concat(maps, 1);
}

/** How a `KernelClassifier` is fitted. */
export interface KernelOptions {
  /** The kernel is exp(−sharpness · d² / mean d²). Default 0.4. */
  readonly sharpness?: number;
  /** Added to the kernel's diagonal: how far labels are believed. Default 0.01. */
  readonly ridge?: number;
  /** Examples that the decision is made of, the first ones; all others only say what it should be. Default: all. */
  readonly landmarks?: number;
}

/** Added to the kernel of landmarks, whose entries are known to f32 only. */
const smallest = 1e-3;

/** Rows of the kernel that are computed at once. */
const rowsAtOnce = 1000;

/**
 * Ridge regression of class indicators with a Gaussian kernel: a support vector machine's decision without its search. With fewer
 * landmarks than examples it is the approximation of Nyström.
 *
 * Source: C. Williams, M. Seeger, "Using the Nyström method to speed up kernel machines", NIPS 2000.
 *
 * @example
 * ```ts
 * import { fitKernelClassifier } from "smilodon/deep-belief";
 * import { tensor } from "smilodon";
 * const classifier = await fitKernelClassifier(tensor([[0], [1], [2], [3]]), [0, 0, 1, 1], 2);
 * console.log(await classifier.scores(tensor([[0.2], [2.9]])).argmax(1).toArray()); // [0, 1]
 * ```
 */
export class KernelClassifier {
  readonly landmarks: Tensor;
  /** [landmarks, classes] */
  readonly weights: Tensor;
  /** What squared distances are multiplied by. */
  readonly sharpness: number;
  readonly #score: CompiledFunction<[Tensor, Tensor, Tensor], Tensor>;

  constructor(landmarks: Tensor, weights: Tensor, sharpness: number) {
    this.landmarks = landmarks;
    this.weights = weights;
    this.sharpness = sharpness;
    this.#score = compile((x: Tensor, y: Tensor, w: Tensor) => matmul(kernel(x, y, sharpness), w));
  }

  /** [count, classes] of features [count, features]; the largest is the answer. */
  scores(features: Tensor): Tensor {
    const [count = 0] = features.shape;
    const parts: Tensor[] = [];
    for (let row = 0; row < count; row += rowsAtOnce)
      parts.push(this.#score(rowsOf(features, row), this.landmarks, this.weights));
    return concat(parts, 0);
  }
}

/**
 * Fits a `KernelClassifier` to features [count, features] and their classes.
 * @throws ShapeError where there are not as many labels as rows, DataError where the kernel cannot be inverted: raise `ridge`.
 */
export async function fitKernelClassifier(
  features: Tensor,
  labels: ArrayLike<number>,
  classes: number,
  options: KernelOptions = {},
): Promise<KernelClassifier> {
  const [count = 0] = features.shape;
  const { sharpness = 0.4, ridge = 0.01, landmarks = count } = options;
  if (labels.length !== count)
    throw new ShapeError(`fitKernelClassifier: ${count} rows of features and ${labels.length} labels.`, { count });
  const chosen = features.slice([0, Math.min(landmarks, count)]);
  const spread = await compile((x: Tensor) => mean(distances(x, x)))(chosen).item();
  const scaled = sharpness / Math.max(spread, Number.MIN_VALUE);
  const targets = indicators(labels, classes);
  const equations = landmarks >= count ? exactEquations : landmarkEquations;
  const [left, right] = equations(features, chosen, targets, scaled, ridge);
  const weights = choleskySolve(right, cholesky(left)).astype(features.dtype);
  if (!Number.isFinite(await sum(weights).item()))
    throw new DataError(`fitKernelClassifier: the kernel is singular with a ridge of ${ridge}. Take a larger one.`, {
      ridge,
    });
  return new KernelClassifier(chosen, weights, scaled);
}

/** (K + λ) w = y */
function exactEquations(x: Tensor, _: Tensor, targets: Tensor, sharpness: number, ridge: number): [Tensor, Tensor] {
  const [count = 0] = x.shape;
  const make = compile((rows: Tensor) => kernel(rows, rows, sharpness).astype("f64"));
  return [add(make(x), multiply(eye(count, count, { dtype: "f64" }), ridge)), targets];
}

/** (Kₙₘᵀ Kₙₘ + λ Kₘₘ) w = Kₙₘᵀ y, added up in f64 over blocks of rows. */
function landmarkEquations(
  x: Tensor,
  chosen: Tensor,
  targets: Tensor,
  sharpness: number,
  ridge: number,
): [Tensor, Tensor] {
  const [count = 0] = x.shape;
  const [size = 0] = chosen.shape;
  const start = compile((y: Tensor) => multiply(kernel(y, y, sharpness).astype("f64"), ridge));
  const more = compile((rows: Tensor, y: Tensor, wanted: Tensor, left: Tensor, right: Tensor) => {
    // In f32 rounding would outweigh the smallest eigenvalues
    const across = kernel(rows, y, sharpness).astype("f64");
    const products = matmul(matrixTranspose(across), across);
    return [add(left, products), add(right, matmul(matrixTranspose(across), wanted))] as const;
  });
  let left: Tensor = add(start(chosen), multiply(eye(size, size, { dtype: "f64" }), ridge * smallest));
  let right: Tensor = zeros([size, targets.shape[1] ?? 0], { dtype: "f64" });
  for (let row = 0; row < count; row += rowsAtOnce)
    [left, right] = more(rowsOf(x, row), chosen, rowsOf(targets, row), left, right);
  return [left, right];
}

/** 1 − 1/classes for the class of each row, −1/classes for the others: [count, classes], f64. */
function indicators(labels: ArrayLike<number>, classes: number): Tensor {
  const rows = Array.from(labels, (label) =>
    Array.from({ length: classes }, (_, index) => Number(index === label) - 1 / classes),
  );
  return tensor(rows, { dtype: "f64" });
}

function rowsOf(x: Tensor, row: number): Tensor {
  return slice(x, [row, Math.min(row + rowsAtOnce, x.shape[0] ?? 0)]);
}

/** exp(−sharpness · d²), [x, y]. */
function kernel(x: Tensor, y: Tensor, sharpness: number): Tensor {
  return exp(multiply(distances(x, y), -sharpness));
}

/** Squared distances of rows, [x, y]. */
function distances(x: Tensor, y: Tensor): Tensor {
  const squares = (rows: Tensor) => sum(square(rows), 1);
  const products = matmul(x, matrixTranspose(y));
  return maximum(subtract(add(expandDims(squares(x), 1), squares(y)), multiply(products, 2)), 0);
}
