/** More data: the same network with 20, 200 and 2,000 points, side by side. */
import { computed, type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { at } from "../../../../support/invariant.ts";
import { Choice } from "../../parts/Choice.tsx";
import { Plane } from "../../parts/Plane.tsx";
import { type PaceName, PlayControls, paces } from "../../parts/PlayControls.tsx";
import type { PlaneScene } from "../../parts/planeDrawing.ts";
import { Slider } from "../../parts/Slider.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import { addressSetting } from "../../shell/address.ts";
import { choiceCodec, numberCodec } from "../../shell/codecs.ts";
import { useCommands } from "../../shell/commands.ts";
import type { LessonProps } from "../../shell/lesson.ts";
import type { Trainer } from "../../training/client.ts";
import type { MoreDataOptions } from "../../training/jobs/moreData.ts";
import type { Points } from "../../training/points.ts";
import { amounts, planeReach, type Source, samplePoints } from "../../training/samples.ts";
import { type LossScene, TwoLosses } from "./TwoLosses.tsx";

const sourceTitles = { moons: "Two moons", femurs: "Cats and dogs" } as const satisfies Record<Source, string>;

const axisNames = {
  moons: ["", ""],
  femurs: ["longer bones →", "heavier for their length →"],
} as const satisfies Record<Source, readonly [string, string]>;

const kinds = {
  moons: ["orange", "blue"],
  femurs: ["cats", "dogs"],
} as const satisfies Record<Source, readonly [string, string]>;

/** Steps that the losses have room for at first. */
const firstSteps = 400;

export default function MoreData({ query }: LessonProps) {
  const settings = useMemo(
    () => ({
      source: addressSetting<Source>(query, "points", choiceCodec(sourceTitles), "moons"),
      width: addressSetting(query, "width", numberCodec(2, 48), 24),
      rate: addressSetting(query, "rate", numberCodec(0.001, 0.1), 0.01),
      seed: addressSetting(query, "seed", numberCodec(1, 9999), 1),
      pace: addressSetting<PaceName>(query, "pace", choiceCodec(paces), "steady"),
    }),
    [query],
  );
  const options = useMemo(
    () =>
      computed(
        (): MoreDataOptions => ({
          source: settings.source.value,
          width: Math.round(settings.width.value),
          learningRate: settings.rate.peek(),
          seed: Math.round(settings.seed.value),
        }),
      ),
    [settings],
  );
  const trainer = useTrainer("moreData", options);
  useSignalEffect(() => trainer.change({ learningRate: settings.rate.value }));
  const drawOthers = (): void => {
    settings.seed.value = settings.seed.peek() + 1;
  };
  useCommands([{ key: "o", title: "other points", run: drawOthers }]);
  const panels = useMemo(() => amounts.map((_, index) => panelOf(trainer, options, index)), [trainer, options]);
  return (
    <>
      <div class="lesson two controls">
        <PlayControls of={trainer} pace={settings.pace} />
        <div>
          <div class="row low">
            <Choice title="Points" setting={settings.source} choices={sourceTitles} />
            <button type="button" class="button" onClick={drawOthers}>
              Other points
            </button>
          </div>
          <div class="pair">
            <Slider title="Units in a layer" setting={settings.width} low={2} high={48} step={1} />
            <Slider title="Learning rate" setting={settings.rate} low={0.001} high={0.1} step={0.05} isLogarithmic />
          </div>
        </div>
      </div>
      <p class="legend wide">
        <span class="key learned">loss on the points it learns from</span>{" "}
        <span class="key unseen-points">loss on 1,000 points it has never seen</span>
      </p>
      <div class="lesson three">
        {panels.map((panel, index) => (
          <Panel key={amounts[index]} panel={panel} amount={at(amounts, index)} />
        ))}
      </div>
      <Verdict trainer={trainer} />
    </>
  );
}

interface PanelParts {
  readonly scene: ReadonlySignal<PlaneScene>;
  readonly description: ReadonlySignal<string>;
  readonly losses: ReadonlySignal<LossScene>;
  readonly lossText: ReadonlySignal<string>;
  readonly learned: ReadonlySignal<string>;
  readonly unseen: ReadonlySignal<string>;
}

function Panel({ panel, amount }: { readonly panel: PanelParts; readonly amount: number }) {
  const id = `amount-${amount}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{amount.toLocaleString("en")} points</h2>
      <Plane scene={panel.scene} description={panel.description} />
      <TwoLosses scene={panel.losses} description={panel.lossText} />
      <dl class="facts">
        <div>
          <dt>Right on its own points</dt>
          <dd>{panel.learned}</dd>
        </div>
        <div>
          <dt>Right on points never seen</dt>
          <dd>{panel.unseen}</dd>
        </div>
      </dl>
    </section>
  );
}

function panelOf(trainer: Trainer<"moreData">, options: ReadonlySignal<MoreDataOptions>, index: number): PanelParts {
  const amount = at(amounts, index);
  const source = computed(() => options.value.source);
  const seed = computed(() => options.value.seed);
  const points = computed(() => pointsOf(source.value, amount, seed.value));
  const learner = computed(() => trainer.snapshot.value?.learners[index]);
  const side = computed(() => Math.sqrt(learner.value?.logOdds.length ?? 0));
  const scene = computed((): PlaneScene => {
    const [across, up] = axisNames[source.value];
    const reach = { unit: "", low: -planeReach, high: planeReach };
    const base = { x: { name: across, ...reach }, y: { name: up, ...reach }, points: points.value };
    const odds = learner.value?.logOdds;
    if (odds === undefined || trainer.step.value === 0) return base;
    const cells = { columns: side.value, rows: side.value };
    const values = odds.map((value) => 1 / (1 + Math.exp(-value)));
    return { ...base, shade: { ...cells, values }, logOdds: { ...cells, values: odds } };
  });
  const learned = computed(() => share(learner.value?.trainAccuracy, trainer.step.value));
  const unseen = computed(() => share(learner.value?.heldOutAccuracy, trainer.step.value));
  const description = computed(() => {
    const [first, second] = kinds[source.value];
    if (trainer.step.value === 0) return `${amount} points of two kinds, ${first} and ${second}. No network has begun.`;
    return (
      `${amount} points of two kinds, ${first} and ${second}, and where the network sees each after ${trainer.step.value} ` +
      `steps. It is right on ${learned.value} of its own points and on ${unseen.value} of points it has never seen.`
    );
  });
  const losses = computed((): LossScene => {
    const all = trainer.snapshot.value?.learners ?? [];
    const highest = Math.max(0.8, ...all.map(({ heldOutLosses }) => Math.max(0, ...heldOutLosses)));
    const last = learner.value?.steps.at(-1) ?? 0;
    return {
      learner: learner.value,
      highest: Math.ceil(highest * 5) / 5,
      // Room is doubled when it is full: lines that shrink at every step are hard to follow
      lastStep: firstSteps * 2 ** Math.max(0, Math.ceil(Math.log2(last / firstSteps))),
    };
  });
  const lossText = computed(() => {
    const now = learner.value;
    if (now === undefined || now.steps.length < 2) return "Losses: nothing has been learned yet.";
    const [own, other] = [at(now.trainLosses, -1), at(now.heldOutLosses, -1)];
    return (
      `After ${at(now.steps, -1)} steps the loss is ${own.toFixed(2)} on its own points and ${other.toFixed(2)} on points ` +
      `never seen, which was ${Math.min(...now.heldOutLosses).toFixed(2)} at its best.`
    );
  });
  return { scene, description, losses, lossText, learned, unseen };
}

function pointsOf(source: Source, amount: number, seed: number): Points {
  const { points, labels } = samplePoints(source, amount, seed);
  return {
    x: points.filter((_, index) => index % 2 === 0),
    y: points.filter((_, index) => index % 2 === 1),
    labels,
  };
}

function share(value: number | undefined, step: number): string {
  return value === undefined || step === 0 ? "…" : `${(100 * value).toFixed(value === 1 ? 0 : 1)} %`;
}

/** What is to be seen, once it can be seen. */
function Verdict({ trainer }: { readonly trainer: Trainer<"moreData"> }) {
  const text = useMemo(
    () =>
      computed(() => {
        const [few, , many] = trainer.snapshot.value?.learners ?? [];
        if (few === undefined || many === undefined || few.steps.length < 10)
          return "Press Play. All three networks begin with the same weights and take the same steps.";
        const gap = (learner: typeof few): number => at(learner.heldOutLosses, -1) - at(learner.trainLosses, -1);
        if (few.trainAccuracy === 1 && gap(few) > 3 * gap(many))
          return (
            "With 20 points the network is right on all of them: it has learned them by heart, and is sure where it has no " +
            "reason to be. On points it has never seen its loss rises. With 2,000 there is nothing to learn but the pattern."
          );
        return "Watch the two lines. Where they part, the network learns its points by heart.";
      }),
    [trainer],
  );
  return (
    <p class="verdict" aria-live="polite">
      {text}
    </p>
  );
}
