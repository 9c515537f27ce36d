/** What decides: the ink that speaks for one class, and the ink that speaks for another. */
import { type ReadonlySignal, useComputed } from "@preact/signals";
import { colours } from "../../shell/palette.ts";
import { pictureSize } from "../../training/drawings/strokes.ts";
import type { Decision as Decided, SeeingSnapshot } from "../../training/seeing/shown.ts";
import { Dots } from "./Dots.tsx";
import { speakingShading } from "./dots.ts";
import { withArticle } from "./words.ts";

interface DecisionProps {
  readonly snapshot: ReadonlySignal<SeeingSnapshot | undefined>;
  readonly classes: readonly string[];
  /** The class that the answer is compared with; "" for the likeliest of the others. */
  readonly rival: { value: string };
}

/** Both pictures, and the numbers behind them. */
export function Decision({ snapshot, classes, rival }: DecisionProps) {
  const decision = useComputed(() => snapshot.value?.decision);
  const now = decision.value;
  const [chosenName, rivalName] = [nameOf(now, classes, 1), nameOf(now, classes, -1)];
  return (
    <section class="decision" aria-labelledby="decision">
      <h2 id="decision">
        Why {withArticle(chosenName)} and not {withArticle(rivalName)}?
      </h2>
      <div class="sides">
        <Side {...{ snapshot, classes, sign: 1 }} />
        <Side {...{ snapshot, classes, sign: -1 }} />
      </div>
      {now !== undefined && <p>{sumText(now, chosenName, rivalName)}</p>}
      {classes.length > 2 && <Rival {...{ classes, rival }} chosen={chosenName} />}
    </section>
  );
}

function Side({ snapshot, sign, classes }: Omit<DecisionProps, "rival"> & { readonly sign: 1 | -1 }) {
  const name = useComputed(() => nameOf(snapshot.value?.decision, classes, sign));
  const scene = useComputed(() => {
    const seen = snapshot.value;
    if (seen === undefined) return undefined;
    const { pushes } = seen.decision;
    const most = pushes.reduce((largest, push) => Math.max(largest, Math.abs(push)), 0);
    const colour = colours.value[hueOf(name.value, sign)];
    return {
      values: sign > 0 ? pushes : pushes.map((push) => -push),
      columns: pictureSize,
      shading: speakingShading(colours.value, colour, { most: 0.7 * most, picture: seen.picture }),
    };
  });
  return (
    <figure class={`side side-${hueOf(name.value, sign)}`}>
      <Dots scene={scene} label={`The drawing: what speaks for ${withArticle(name.value)} is marked.`} />
      <figcaption>Speaks for {withArticle(name.value)}</figcaption>
    </figure>
  );
}

/** The chosen class, or its rival. */
function nameOf(decision: Decided | undefined, classes: readonly string[], sign: 1 | -1): string {
  return classes[(sign > 0 ? decision?.chosen : decision?.rival) ?? 0] ?? "";
}

function Rival({ classes, rival, chosen }: Pick<DecisionProps, "classes" | "rival"> & { readonly chosen: string }) {
  return (
    <div class="control">
      <label for="rival">Compare with</label>
      <select id="rival" value={rival.value} onChange={({ currentTarget }) => (rival.value = currentTarget.value)}>
        <option value="">the likeliest of the others</option>
        {classes
          .filter((name) => name !== chosen)
          .map((name) => (
            <option key={name} value={name}>
              {withArticle(name)}
            </option>
          ))}
      </select>
    </div>
  );
}

/** The whole sum, so that nothing is hidden. */
function sumText({ lead, emptyLead, pushes, residual }: Decided, chosen: string, rival: string): string {
  const speaking = pushes.reduce((sum, push) => sum + Math.max(0, push), 0);
  const against = pushes.reduce((sum, push) => sum + Math.min(0, push), 0);
  return (
    `The score of ${chosen} less the score of ${rival} is ${signed(lead)}. Of this an empty paper gives ${signed(emptyLead)}; ` +
    `the ink adds ${signed(speaking)} and ${signed(against)}; ${signed(residual)} is left over by the method ` +
    "(integrated gradients)."
  );
}

function signed(value: number): string {
  const digits = Math.abs(value).toFixed(2);
  return `${value < 0 && digits !== "0.00" ? "−" : "+"}${digits}`;
}

/** Cats and dogs have their colours on every page; digits take the ones of yes and no. */
function hueOf(name: string, sign: 1 | -1): "cat" | "dog" {
  if (name === "cat" || name === "dog") return name;
  return sign > 0 ? "dog" : "cat";
}
