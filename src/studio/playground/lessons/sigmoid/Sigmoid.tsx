/** A sigmoid: the same line, but now it says how sure it is. */
import { useMemo } from "preact/hooks";
import { Downloads } from "../../parts/Downloads.tsx";
import { LossCurve } from "../../parts/LossCurve.tsx";
import { PlayControls } from "../../parts/PlayControls.tsx";
import { Slider } from "../../parts/Slider.tsx";
import type { LessonProps } from "../../shell/lesson.ts";
import { LinePlane } from "../line/LinePlane.tsx";
import type { LineModel } from "../line/lineModel.ts";
import { useLine } from "../line/useLine.ts";
import { SigmoidCurve } from "./SigmoidCurve.tsx";

export default function Sigmoid({ query }: LessonProps) {
  const page = useLine(query, true, 1);
  const { model, trainer, rate, pace, take } = page;
  const steepness = useMemo(() => steepnessOf(model), [model]);
  return (
    <div class="lesson two">
      <section aria-labelledby="confidence">
        <h2 id="confidence">Confidence as shade</h2>
        <LinePlane page={page} left="p" around="α" />
      </section>
      <section aria-labelledby="curve">
        <h2 id="curve">The same f, through α</h2>
        <p class="aside">
          α(f) = 1 / (1 + e⁻ᶠ) turns any number into a probability. The loss is the mean of −log of the probability that
          was given to what each of them is.
        </p>
        <SigmoidCurve model={model} />
        <Slider title="Steepness" setting={steepness} low={0.2} high={20} step={0.02} isLogarithmic />
        <PlayControls of={trainer} pace={pace} />
        <Slider title="Learning rate" setting={rate} low={0.01} high={10} step={0.05} isLogarithmic />
        <LossCurve history={trainer.history} />
        <Downloads take={take} />
      </section>
    </div>
  );
}

/** The length of (a₂, a₃): the same line, surer or less sure. */
function steepnessOf(model: LineModel): { value: number } {
  return {
    get value() {
      const [, a2, a3] = model.numbers.value;
      return Math.hypot(a2, a3);
    },
    set value(wanted: number) {
      const [a1, a2, a3] = model.numbers.peek();
      const factor = wanted / (Math.hypot(a2, a3) || 1);
      model.move([a1 * factor, a2 * factor, a3 * factor]);
    },
  };
}
