/** A line: drag it between cats and dogs, see f and the mistakes, then let calculus find it. */
import { ClassLegend } from "../../parts/ClassLegend.tsx";
import { Downloads } from "../../parts/Downloads.tsx";
import { Landscape } from "../../parts/Landscape.tsx";
import { LossCurve } from "../../parts/LossCurve.tsx";
import { Plane } from "../../parts/Plane.tsx";
import { PlayControls } from "../../parts/PlayControls.tsx";
import { Slider } from "../../parts/Slider.tsx";
import type { LessonProps } from "../../shell/lesson.ts";
import { LineEquation, Mistakes } from "./LineText.tsx";
import { bonesTable } from "./lineModel.ts";
import { useLine } from "./useLine.ts";

export default function Line({ query }: LessonProps) {
  const { model, trainer, rate, pace, take } = useLine(query, false, 0.1);
  return (
    <div class="lesson two">
      <section aria-labelledby="drag">
        <h2 id="drag">Drag the line</h2>
        <Plane scene={model.scene} description={model.description} handles={model.handles} />
        <ClassLegend classes={bonesTable.classes} ring="on the wrong side" />
        <LineEquation numbers={model.numbers} left="f" />
        <Mistakes model={model} />
      </section>
      <section aria-labelledby="calculus">
        <h2 id="calculus">Let calculus find it</h2>
        <p class="aside">
          Ask for f = +1 at a dog and −1 at a cat. The loss is the mean of the squared differences. Its gradient points
          uphill; each step goes the other way.
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
