/** Drawing by trial: each element tries with new words until one is accepted, all elements in one loop of the plan. */
import { where } from "../../tensor/comparison.ts";
import { full } from "../../tensor/creation.ts";
import { type DrawnDtype, type Words, wordsOfKeys } from "../../tensor/drawing.ts";
import { all } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { whileLoop } from "../../transforms/control/whileLoop.ts";

/** One trial of each element. */
export interface Trial {
  readonly value: Tensor;
  readonly isAccepted: Tensor;
}

/** Trials after which an element that nothing was accepted for is NaN: at a half each this is one in 10³⁰. */
const mostTrials = 100;

/**
 * For each element the value of its first accepted trial. `attempt` is given words of each trial; elements where `isHopeless`
 * holds are not tried and are NaN, as those are for which nothing was accepted.
 */
export function firstAccepted(
  keys: readonly [Tensor, Tensor],
  attempt: (words: Words) => Trial,
  isHopeless: Tensor,
  dtype: DrawnDtype,
): Tensor {
  const none: Tensor = full([], 0, { dtype: "u32" });
  const start: readonly [Tensor, Tensor, Tensor] = [none, isHopeless, full(isHopeless.shape, Number.NaN, { dtype })];
  const [, , found] = whileLoop(
    ([trial, isDone]) => trial.less(mostTrials).logicalAnd(all(isDone).logicalNot()),
    ([trial, isDone, found]) => {
      const { value, isAccepted } = attempt(wordsOfKeys(keys, trial));
      const isNew = isAccepted.logicalAnd(isDone.logicalNot());
      return [trial.add(1), isDone.logicalOr(isAccepted), where(isNew, value, found)] as const;
    },
    start,
  );
  return found;
}
