/** The words and numbers below the plane of the line and of the sigmoid. */
import { useCalm } from "../../parts/calm.ts";
import { Equation } from "../../parts/Equation.tsx";
import type { LineNumbers } from "../../training/jobs/line.ts";
import { inUnits } from "../../training/lineMath.ts";
import type { LineModel } from "./lineModel.ts";

interface LineEquationProps {
  readonly model: LineModel;
  readonly left: string;
  readonly around?: string;
}

/** The line's equation over the units of the points. */
export function LineEquation({ model, left, around }: LineEquationProps) {
  const [a1, a2, a3] = inUnits(useCalm<LineNumbers>(model.numbers).value, model.table.scaling);
  const terms = [
    { name: "a₁", value: a1 },
    { name: "a₂", value: a2, of: model.table.x.name },
    { name: "a₃", value: a3, of: model.table.y.name },
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
        {useCalm(model.mistakes)} of {model.table.points.labels.length}
      </b>{" "}
      are on the wrong side.
    </p>
  );
}
