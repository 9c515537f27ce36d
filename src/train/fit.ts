/** The training loop that most networks need: compiled steps, validation, early stopping, checkpoints, progress. */
import type { FitOptions } from "./fitOptions.ts";
import type { FitResult } from "./fitResult.ts";
import { FitRun } from "./fitRun.ts";

/**
 * Trains `model` for some epochs. The step is compiled once; the loss is read a few times a second, not at each step.
 * With `validate` or `patience`, the weights of the best epoch are put back at the end. After a loss that is not finite
 * training stops as `"diverged"`, says where that began, and leaves the weights of the best epoch before, or those of before the
 * step that went wrong.
 *
 * @throws ShapeError where the loss is not a scalar, DataError where an epoch has no batches or a checkpoint does not fit.
 *
 * @example
 * ```ts
 * import { nn, optim } from "smilodon";
 * import { hostArray, Loader } from "smilodon/data";
 * import { fit } from "smilodon/train";
 * const loader = new Loader(
 *   { x: hostArray(new Float32Array([0, 1, 2, 3]), [4, 1]), y: hostArray(new Float32Array([1, 3, 5, 7]), [4, 1]) },
 *   { batchSize: 2 },
 * );
 * const model = new nn.Linear(1, 1);
 * const result = await fit({
 *   model,
 *   optimizer: new optim.SGD(model.parameters(), { learningRate: 0.05 }),
 *   batches: loader,
 *   loss: ({ x, y }) => nn.mseLoss(model.forward(x), y),
 *   epochs: 50,
 * });
 * console.log(result.stopped, result.bestLoss);
 * ```
 */
export async function fit<B>(options: FitOptions<B>): Promise<FitResult> {
  return new FitRun(options).run();
}
