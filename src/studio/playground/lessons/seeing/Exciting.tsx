/** The parts of new drawings that excite the chosen unit most: what it has learned to look for. */
import { type ReadonlySignal, useComputed } from "@preact/signals";
import { colours } from "../../shell/palette.ts";
import { judgedDrawings, type SeeingSnapshot, type UnitPlace } from "../../training/seeing/shown.ts";
import { Dots } from "./Dots.tsx";
import { inkShading } from "./dots.ts";
import { withArticle } from "./words.ts";

interface ExcitingProps {
  readonly snapshot: ReadonlySignal<SeeingSnapshot | undefined>;
  readonly unit: ReadonlySignal<UnitPlace>;
  readonly classes: readonly string[];
}

/** The strongest parts, in order. */
export function Exciting({ snapshot, unit, classes }: ExcitingProps) {
  const count = useComputed(() => snapshot.value?.exciting.length ?? 0);
  const { layer, unit: number } = unit.value;
  return (
    <section class="exciting" aria-labelledby="exciting">
      <h3 id="exciting">
        What excites unit {number + 1} of layer {layer + 1}
      </h3>
      <p>
        {count.value > 0
          ? `Of ${judgedDrawings} drawings that it never learned from, these parts make it answer most.`
          : "No drawing makes this unit answer: its ReLU gives 0 everywhere. Choose another one, or train on."}
      </p>
      <ul class="parts">
        {Array.from({ length: count.value }, (_, rank) => (
          <Part key={rank} {...{ snapshot, classes, rank }} />
        ))}
      </ul>
    </section>
  );
}

function Part({ snapshot, classes, rank }: Omit<ExcitingProps, "unit"> & { readonly rank: number }) {
  const scene = useComputed(() => {
    const values = snapshot.value?.exciting[rank]?.sight;
    return values && { values, columns: Math.sqrt(values.length), shading: inkShading(colours.value) };
  });
  const text = useComputed(() => {
    const part = snapshot.value?.exciting[rank];
    return part && `${part.activation.toFixed(1)}, in ${withArticle(classes[part.label] ?? "")}`;
  });
  return (
    <li>
      <Dots scene={scene} />
      <span class="small">{text}</span>
    </li>
  );
}
