/** A line: drag it between cats and dogs, see f and the mistakes, then let calculus find it. */
import { Downloads } from "../../parts/Downloads.tsx";
import { Landscape } from "../../parts/Landscape.tsx";
import { LossCurve } from "../../parts/LossCurve.tsx";
import { PlayControls } from "../../parts/PlayControls.tsx";
import { Slider } from "../../parts/Slider.tsx";
import type { LessonProps } from "../../shell/lesson.ts";
import { LinePlane } from "./LinePlane.tsx";
import { useLine } from "./useLine.ts";

export default function Line({ query }: LessonProps) {
  const page = useLine(query, false, 0.1);
  const { model, trainer, rate, pace, take } = page;
  return (
    <div class="lesson two">
      <section aria-labelledby="drag">
        <h2 id="drag">Drag the line</h2>
        <LinePlane page={page} left="f" />
      </section>
      <section aria-labelledby="calculus">
        <h2 id="calculus">Let calculus find it</h2>
        <p class="aside">
          Ask for f = +1 where it is {model.table.classes[1]} and −1 where it is {model.table.classes[0]}. The loss is
          the mean of the squared differences. Its gradient points uphill; each step goes the other way.
        </p>
        <PlayControls of={trainer} pace={pace} />
        <Slider title="Learning rate" setting={rate} low={0.001} high={1} step={0.05} isLogarithmic />
        <Landscape scene={model.landscape} description={model.landscapeText} />
        <p class="legend">
          <span class="key gradient">the gradient: uphill</span> <span class="key step">way and next step</span>
        </p>
        <LossCurve history={trainer.history} />
        <Downloads take={take} />
      </section>
    </div>
  );
}
