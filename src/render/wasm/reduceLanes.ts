/** Brings the lanes of partial results together, always in the same order. */
import type { ReduceOp } from "../../kernel/scalarOps.ts";
import type { Dtype } from "../../shape/dtype.ts";
import { at } from "../../support/invariant.ts";
import { extractLane, heldAs, lanesOf } from "./casts.ts";
import { writeForm } from "./forms.ts";
import type { Frame } from "./frame.ts";
import { vectorForms } from "./vectorForms.ts";

const halves = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
const neighbours = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];

/** Pushes op over all lanes of `parts`, which it overwrites: parts in pairs, then halves, then neighbours. */
export function reduceLanes({ w }: Frame, op: ReduceOp, dtype: Dtype, parts: readonly number[]): void {
  const combine = (first: () => void, second: () => void) => {
    writeForm(
      w,
      vectorForms[op][heldAs(dtype)],
      2,
      (position) => (position === 0 ? first() : second()),
      () => "v128",
    );
  };
  const first = at(parts, 0);
  for (let half = parts.length / 2; half >= 1; half /= 2) {
    for (let part = 0; part < half; part++) {
      combine(
        () => w.get(at(parts, part)),
        () => w.get(at(parts, part + half)),
      );
      w.set(at(parts, part));
    }
  }
  for (const order of lanesOf(dtype) === 4 ? [halves, neighbours] : [halves]) {
    combine(
      () => w.get(first),
      () => {
        w.op(first, first);
        w.shuffle(order);
      },
    );
    w.set(first);
  }
  w.get(first);
  extractLane(w, dtype, 0);
}
