/** Seeing: draw a digit, a cat or a dog, and a convolutional network that trains in the page shows what it found in it. */
import { computed, type ReadonlySignal, useComputed, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Announce } from "../../parts/Announce.tsx";
import { Choice } from "../../parts/Choice.tsx";
import { LossCurve } from "../../parts/LossCurve.tsx";
import { PlayControls } from "../../parts/PlayControls.tsx";
import { Slider } from "../../parts/Slider.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import type { LessonProps } from "../../shell/lesson.ts";
import { judgedDrawings, type SeeingSnapshot } from "../../training/seeing/shown.ts";
import { Answers } from "./Answers.tsx";
import { Decision } from "./Decision.tsx";
import { DrawingPad } from "./DrawingPad.tsx";
import { Exciting } from "./Exciting.tsx";
import { Layers } from "./Layers.tsx";
import { SeeingModel, type SeeingSettings, seeingSettings, toolTitles } from "./seeingModel.ts";
import { percent, withArticle } from "./words.ts";

const problemTitles = { digits: "Digits", animals: "Cats and dogs" } as const;

export default function Seeing({ query }: LessonProps) {
  const settings = useMemo(() => seeingSettings(query), [query]);
  const model = useMemo(() => new SeeingModel(settings), [settings]);
  const trainer = useTrainer("seeing", model.options);
  const { snapshot } = trainer;
  useSignalEffect(() => trainer.change({ look: model.look.value }));
  useSignalEffect(() => trainer.change({ learningRate: settings.rate.value }));
  const description = useMemo(() => computed(() => model.describe(snapshot.value)), [model, snapshot]);
  const classes = model.classes.value;
  return (
    <div class="lesson seeing">
      <div class="two">
        <section aria-labelledby="draw">
          <h2 id="draw">Draw {settings.problem.value === "digits" ? "a digit" : "a cat or a dog"}</h2>
          <Choice title="What is drawn" setting={settings.problem} choices={problemTitles} />
          <Paper model={model} tool={settings.tool} description={description} />
        </section>
        <section aria-labelledby="says">
          <h2 id="says">What it sees</h2>
          <Answers
            classes={classes}
            probabilities={useMemo(() => computed(() => snapshot.value?.probabilities), [snapshot])}
          />
          <Announce text={description} />
          <p class="soft aside">
            {settings.problem.value === "digits"
              ? "Draw something that is no digit, and it answers all the same. "
              : "Draw something that is neither, and it answers all the same. "}
            <a href="#/careful">Careful</a> shows how to tell when an answer is worth nothing.
          </p>
          <PlayControls of={trainer} pace={settings.pace} />
          <NewDrawings snapshot={snapshot} />
          <LossCurve history={trainer.history} />
          <details>
            <summary>Settings</summary>
            <Slider title="Learning rate" setting={settings.rate} low={1e-4} high={0.1} step={0.05} isLogarithmic />
          </details>
        </section>
      </div>
      <section aria-labelledby="found">
        <h2 id="found">What it found, layer by layer</h2>
        <Layers snapshot={snapshot} chosen={model.unit} choose={(unit) => model.choose(unit)} />
        <Exciting snapshot={snapshot} unit={model.unit} classes={classes} />
      </section>
      <Decision snapshot={snapshot} classes={classes} rival={settings.rival} />
    </div>
  );
}

interface PaperProps {
  readonly model: SeeingModel;
  readonly tool: SeeingSettings["tool"];
  readonly description: ReturnType<typeof computed<string>>;
}

/** The drawing, its tools and the page's own examples. */
function Paper({ model, tool, description }: PaperProps) {
  return (
    <>
      <DrawingPad
        picture={model.picture}
        tool={tool.signal}
        description={description}
        draw={(stroke, isDone) => model.draw(stroke, isDone)}
        eraseAt={(point) => model.eraseAt(point)}
        move={(right, down) => model.move(right, down)}
        undo={() => model.undo()}
        another={() => model.takeAnother()}
      />
      <div class="row pad-tools">
        <Choice title="Tool" setting={tool} choices={toolTitles} />
        <button type="button" class="button" onClick={() => model.undo()}>
          Undo
        </button>
        <button type="button" class="button" onClick={() => model.clear()}>
          Clear
        </button>
      </div>
      <fieldset class="control examples">
        <legend>Or take one that the page has drawn</legend>
        <div class="row">
          {model.classes.value.map((name, label) => (
            <button
              key={name}
              type="button"
              class="button"
              aria-label={`Take ${withArticle(name)}`}
              onClick={() => model.takeExample(label)}
            >
              {name}
            </button>
          ))}
        </div>
      </fieldset>
    </>
  );
}

/** How good it is with drawings that it never learned from. */
function NewDrawings({ snapshot }: { readonly snapshot: ReadonlySignal<SeeingSnapshot | undefined> }) {
  const last = useComputed(() => snapshot.value?.accuracies.at(-1)).value;
  return (
    <p class="new-drawings">
      <b>{last === undefined ? "…" : percent(last)}</b> of {judgedDrawings} drawings that it never learned from are told
      rightly.
    </p>
  );
}
