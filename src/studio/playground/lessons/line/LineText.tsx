/** The words and numbers below the plane of the line and of the sigmoid. */
import type { ReadonlySignal } from "@preact/signals";
import { useCalm } from "../../parts/calm.ts";
import { Equation } from "../../parts/Equation.tsx";
import type { LineNumbers } from "../../training/jobs/line.ts";
import { inUnits } from "../../training/lineMath.ts";
import { bonesTable, type LineModel } from "./lineModel.ts";

interface LineEquationProps {
  readonly numbers: ReadonlySignal<LineNumbers>;
  readonly left: string;
  readonly around?: string;
}

/** The line's equation over millimetres and grams. */
export function LineEquation({ numbers, left, around }: LineEquationProps) {
  const [a1, a2, a3] = inUnits(useCalm(numbers).value, bonesTable.scaling);
  const terms = [
    { name: "a₁", value: a1 },
    { name: "a₂", value: a2, of: "length" },
    { name: "a₃", value: a3, of: "weight" },
  ];
  return around === undefined ? (
    <Equation left={left} terms={terms} />
  ) : (
    <Equation left={left} terms={terms} around={around} />
  );
}

/** How many are on the wrong side. */
export function Mistakes({ model }: { readonly model: LineModel }) {
  return (
    <p class="mistakes">
      <b>
        {useCalm(model.mistakes)} of {bonesTable.points.labels.length}
      </b>{" "}
      are on the wrong side.
    </p>
  );
}
