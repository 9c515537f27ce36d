/** One unit from near: its equation α(A·x + b) with live numbers, the gradient of each, and what the last step added. */
import type { ReadonlySignal } from "@preact/signals";
import { useCalm } from "../../parts/calm.ts";
import { numberText, Sum } from "../../parts/Equation.tsx";
import type { UnitName } from "../../parts/networkLayout.ts";
import { type NonlinearityName, nonlinearityTitles } from "../../training/choiceNames.ts";
import type { DenseSnapshot, LayerNumbers } from "../../training/jobs/dense.ts";

interface UnitPanelProps {
  readonly snapshot: ReadonlySignal<DenseSnapshot | undefined>;
  readonly chosen: ReadonlySignal<UnitName>;
  readonly nonlinearity: ReadonlySignal<NonlinearityName>;
  readonly inputs: readonly string[];
}

/** The panel. */
export function UnitPanel({ snapshot, chosen, nonlinearity, inputs }: UnitPanelProps) {
  const now = useCalm(snapshot).value;
  const { layer, unit } = chosen.value;
  const numbers = now?.layers[layer - 1];
  if (now === undefined || numbers === undefined || unit >= numbers.units) return <p class="soft">…</p>;
  const isAnswer = layer === now.layers.length;
  const name = isAnswer ? "p" : nameOf(layer, unit);
  const before = Array.from({ length: numbers.inputs }, (_, index) =>
    layer === 1 ? (inputs[index] ?? "") : nameOf(layer - 1, index),
  );
  const rows = [
    ...before.map((of, index) => rowOf(of, (each) => each?.weight[unit * numbers.inputs + index])),
    rowOf("1", (each) => each?.bias[unit]),
  ];
  function rowOf(of: string, pick: (numbers: LayerNumbers | undefined) => number | undefined): Row {
    const index = layer - 1;
    return {
      of,
      value: pick(numbers) ?? Number.NaN,
      gradient: pick(now?.gradients?.[index]),
      update: pick(now?.updates?.[index]),
    };
  }
  const around = isAnswer ? "sigmoid" : nonlinearity.value === "none" ? "" : nonlinearityTitles[nonlinearity.value];
  return (
    <div class="unit-panel">
      <p class="equation">
        <i>{name}</i> = {around}(
        <Sum terms={rows.map(({ of, value }) => (of === "1" ? { name: of, value } : { name: of, value, of }))} />)
      </p>
      <div class="scroll">
        <table>
          <caption class="unseen">The numbers of {name}</caption>
          <thead>
            <tr>
              <th scope="col">times</th>
              <th scope="col">number</th>
              <th scope="col">gradient</th>
              <th scope="col">last update</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ of, value, gradient, update }) => (
              <tr key={of}>
                <th scope="row">{of}</th>
                <td>{numberText(value)}</td>
                <td>{small(gradient)}</td>
                <td>{small(update)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface Row {
  readonly of: string;
  readonly value: number;
  readonly gradient: number | undefined;
  readonly update: number | undefined;
}

const subscripts = "₀₁₂₃₄₅₆₇₈₉";

/** h₁₂ is the second unit of the first layer. */
function nameOf(layer: number, unit: number): string {
  const digits = (value: number): string => String(value).replace(/\d/g, (digit) => subscripts[Number(digit)] ?? digit);
  return `h${digits(layer)}${digits(unit + 1)}`;
}

/** Gradients and updates are small: five decimals. */
function small(value: number | undefined): string {
  if (value === undefined) return "–";
  return value.toFixed(5).replace("-", "−");
}
