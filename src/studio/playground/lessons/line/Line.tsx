/** A line: drag it between cats and dogs, see f and the mistakes, then let calculus find it. */
import { computed, type ReadonlySignal, type Signal, signal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Equation } from "../../parts/Equation.tsx";
import { Landscape } from "../../parts/Landscape.tsx";
import { LossCurve } from "../../parts/LossCurve.tsx";
import { Plane } from "../../parts/Plane.tsx";
import { type PaceName, PlayControls, paces } from "../../parts/PlayControls.tsx";
import { Slider } from "../../parts/Slider.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import { addressSetting, type Setting } from "../../shell/address.ts";
import { choiceCodec, numberCodec } from "../../shell/codecs.ts";
import type { LessonProps } from "../../shell/lesson.ts";
import type { Trainer } from "../../training/client.ts";
import { inUnits } from "../../training/lineMath.ts";
import { bonesTable, LineModel, lineCodec, startLine } from "./lineModel.ts";

export default function Line({ query }: LessonProps) {
  const settings = useMemo(
    () => ({
      numbers: addressSetting(query, "a", lineCodec, startLine),
      rate: addressSetting(query, "rate", numberCodec(0.001, 1), 0.1),
      pace: addressSetting(query, "pace", choiceCodec(paces), "steady"),
    }),
    [query],
  );
  const options = useMemo(
    () =>
      signal({
        points: bonesTable.points,
        scaling: bonesTable.scaling,
        isThroughSigmoid: false,
        start: settings.numbers.peek(),
        learningRate: settings.rate.peek(),
      }),
    [settings],
  );
  const trainer = useTrainer("line", options);
  const model = useMemo(() => new LineModel(trainer, settings.numbers, settings.rate, false), [trainer, settings]);
  useSignalEffect(() => model.follow());
  useSignalEffect(() => trainer.change({ learningRate: settings.rate.value }));
  return <Page model={model} trainer={trainer} rate={settings.rate} pace={settings.pace} />;
}

interface PageProps {
  readonly model: LineModel;
  readonly trainer: Trainer<"line">;
  readonly rate: Setting<number>;
  readonly pace: Setting<PaceName>;
}

function Page({ model, trainer, rate, pace }: PageProps) {
  return (
    <div class="lesson two">
      <section aria-labelledby="drag">
        <h2 id="drag">Drag the line</h2>
        <Plane scene={model.scene} description={model.description} handles={model.handles} />
        <LiveEquation numbers={model.numbers} />
        <Mistakes count={model.mistakes} />
      </section>
      <section aria-labelledby="calculus">
        <h2 id="calculus">Let calculus find it</h2>
        <p>
          Ask for f = +1 at a dog and −1 at a cat. The loss is the mean squared distance from that. Its gradient points
          uphill; each step goes the other way.
        </p>
        <PlayControls of={trainer} pace={pace} />
        <Slider title="Learning rate" setting={rate} low={0.001} high={1} step={0.05} isLogarithmic />
        <Landscape scene={model.landscape} description={model.landscapeText} />
        <p class="legend">
          <span class="key gradient">gradient: uphill</span> <span class="key step">the next step</span>
        </p>
        <LossCurve history={trainer.history} />
      </section>
    </div>
  );
}

function LiveEquation({ numbers }: { readonly numbers: Signal<readonly [number, number, number]> }) {
  const [a1, a2, a3] = inUnits(numbers.value, bonesTable.scaling);
  return (
    <Equation
      left="f"
      terms={[
        { name: "a₁", value: a1 },
        { name: "a₂", value: a2, of: "length" },
        { name: "a₃", value: a3, of: "weight" },
      ]}
    />
  );
}

function Mistakes({ count }: { readonly count: ReadonlySignal<number> }) {
  const text = useMemo(() => computed(() => `${count.value} of ${bonesTable.points.labels.length}`), [count]);
  return (
    <p class="mistakes">
      <b>{text}</b> are on the wrong side. A ring marks each of them.
    </p>
  );
}
