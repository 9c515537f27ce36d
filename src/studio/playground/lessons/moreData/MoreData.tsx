/** More data: the same network with 20, 200 and 2,000 points, side by side. */
import { computed, type ReadonlySignal, type Signal, signal, useSignal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { at } from "../../../../support/invariant.ts";
import { Choice } from "../../parts/Choice.tsx";
import { DataDrop } from "../../parts/DataDrop.tsx";
import { Plane } from "../../parts/Plane.tsx";
import { type PaceName, PlayControls, paces } from "../../parts/PlayControls.tsx";
import { Slider } from "../../parts/Slider.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import { addressSetting, type Setting } from "../../shell/address.ts";
import { choiceCodec, numberCodec } from "../../shell/codecs.ts";
import { useCommands } from "../../shell/commands.ts";
import type { LessonProps } from "../../shell/lesson.ts";
import type { Trainer } from "../../training/client.ts";
import type { MoreDataOptions } from "../../training/jobs/moreData.ts";
import type { Problem } from "../../training/problems.ts";
import { amounts, type Source, samplesOfOwn } from "../../training/samples.ts";
import { type Material, materialOf, type PanelParts, panelOf, sourceTitles } from "./moreDataModel.ts";
import { TwoLosses } from "./TwoLosses.tsx";

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
  const table = useMemo(() => signal<Problem | undefined>(undefined), []);
  const options = useMemo(
    () =>
      computed(
        (): MoreDataOptions => ({
          source: settings.source.value,
          ...(table.value === undefined ? {} : { own: table.value.points }),
          width: Math.round(settings.width.value),
          learningRate: settings.rate.peek(),
          seed: Math.round(settings.seed.value),
        }),
      ),
    [settings, table],
  );
  const material = useMemo(() => materialSignal(options, table), [options, table]);
  const trainer = useTrainer("moreData", options);
  useSignalEffect(() => trainer.change({ learningRate: settings.rate.value }));
  const drawOthers = (): void => {
    settings.seed.value = settings.seed.peek() + 1;
  };
  useCommands([{ key: "o", title: "other points", run: drawOthers }]);
  const panels = useMemo(() => amounts.map((_, index) => panelOf(trainer, material, index)), [trainer, material]);
  return (
    <>
      <div class="lesson two controls">
        <PlayControls of={trainer} pace={settings.pace} />
        <div>
          <div class="row low">
            <SourceChoice source={settings.source} table={table} />
            <button type="button" class="button" onClick={drawOthers}>
              Other points
            </button>
          </div>
          <OwnTable table={table} />
          <div class="pair">
            <Slider title="Units in a layer" setting={settings.width} low={2} high={48} step={1} />
            <Slider title="Learning rate" setting={settings.rate} low={0.001} high={0.1} step={0.05} isLogarithmic />
          </div>
        </div>
      </div>
      <p class="legend wide">
        <span class="key learned">loss on the points it learns from</span>{" "}
        <span class="key unseen-points">
          loss on {material.value.heldOut.labels.length.toLocaleString("en")} points it has never seen
        </span>
      </p>
      <div class="lesson three">
        {panels.map((panel, index) => (
          <Panel key={amounts[index]} panel={panel} id={`panel-${index}`} />
        ))}
      </div>
      <Verdict trainer={trainer} />
    </>
  );
}

/** Where the points come from; the visitor's own table is one more choice while there is one. */
function SourceChoice({
  source,
  table,
}: {
  readonly source: Setting<Source>;
  readonly table: Signal<Problem | undefined>;
}) {
  if (table.value === undefined) return <Choice title="Points" setting={source} choices={sourceTitles} />;
  const setting = {
    get value() {
      return "own";
    },
    set value(name: Source | "own") {
      if (name === "own") return;
      table.value = undefined;
      source.value = name;
    },
  };
  return <Choice<Source | "own"> title="Points" setting={setting} choices={{ ...sourceTitles, own: "My table" }} />;
}

/** The visitor's own table, which is checked before it takes the place of the page's points. */
function OwnTable({ table }: { readonly table: Signal<Problem | undefined> }) {
  const problem = useSignal("");
  const take = (given: Problem): void => {
    try {
      samplesOfOwn(given.points, 1);
      problem.value = "";
      table.value = given;
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <>
      <DataDrop take={take} />
      {problem.value !== "" && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
    </>
  );
}

function materialSignal(
  options: ReadonlySignal<MoreDataOptions>,
  table: ReadonlySignal<Problem | undefined>,
): ReadonlySignal<Material> {
  // Only what decides about points: other settings leave them, and what is drawn of them, alone
  const source = computed(() => options.value.source);
  const seed = computed(() => options.value.seed);
  return computed(() => materialOf({ source: source.value, seed: seed.value }, table.value));
}

function Panel({ panel, id }: { readonly panel: PanelParts; readonly id: string }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{panel.amount.value.toLocaleString("en")} points</h2>
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
            `With ${few.amount} points the network is right on all of them: it has learned them by heart, and is sure where it ` +
            "has no reason to be. On points it has never seen its loss is high. With " +
            `${many.amount.toLocaleString("en")} there is little to learn but the pattern.`
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
