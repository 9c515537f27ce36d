/** Layers: linear functions and nonlinearities one after the other, each unit with its own picture. */
import { computed, signal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { ClassLegend } from "../../parts/ClassLegend.tsx";
import { useCalm } from "../../parts/calm.ts";
import { Downloads } from "../../parts/Downloads.tsx";
import { LossCurve } from "../../parts/LossCurve.tsx";
import { NetworkDiagram } from "../../parts/NetworkDiagram.tsx";
import { OwnPoints, useOwnPoints } from "../../parts/OwnPoints.tsx";
import { Plane } from "../../parts/Plane.tsx";
import { PlayControls } from "../../parts/PlayControls.tsx";
import { useTrainer } from "../../parts/useTrainer.ts";
import type { LessonProps } from "../../shell/lesson.ts";
import type { Problem } from "../../training/problems.ts";
import { chosenUnit, describeNetwork, describePlane, networkOf, optionsOf, planeOf, problemOf } from "./layersModel.ts";
import { Settings, ShapeControls } from "./Settings.tsx";
import { layerSettings } from "./settings.ts";
import { UnitPanel } from "./UnitPanel.tsx";

export default function Layers({ query }: LessonProps) {
  const page = useMemo(() => {
    const settings = layerSettings(query);
    const table = signal<Problem | undefined>(undefined);
    const problem = problemOf(settings, table);
    return { settings, table, problem, options: optionsOf(settings, problem), chosen: chosenUnit(settings) };
  }, [query]);
  const { settings, table, problem, options, chosen } = page;
  const trainer = useTrainer("dense", options);
  const pictures = useMemo(
    () => ({
      plane: planeOf(trainer, problem),
      planeText: describePlane(trainer, problem),
      network: networkOf(trainer, problem),
      networkText: describeNetwork(settings, trainer.snapshot),
    }),
    [trainer, page],
  );
  const own = useOwnPoints(settings, table);
  useSignalEffect(() => trainer.change({ learningRate: settings.rate.value }));
  const take = async () => {
    const { makeDense } = await import("../../training/export/dense.ts");
    const snapshot = trainer.snapshot.peek();
    const taken = { ...options.peek(), learningRate: settings.rate.peek() };
    return snapshot && makeDense({ options: taken, problem: problem.peek(), snapshot, step: trainer.step.peek() });
  };
  return (
    <div class="lesson layers">
      <section class="network-part" aria-labelledby="network">
        <h2 id="network">The network</h2>
        <ShapeControls settings={settings} />
        <NetworkDiagram
          scene={pictures.network}
          description={pictures.networkText}
          chosen={chosen}
          choose={({ layer, unit }) => (settings.unit.value = [layer, unit + 1])}
        />
        <p class="legend">
          <span class="key adds">adds</span> <span class="key takes">takes away</span>
          <span>Choose a unit to see its numbers.</span>
        </p>
        <UnitPanel
          snapshot={trainer.snapshot}
          chosen={chosen}
          nonlinearity={settings.nonlinearity.signal}
          inputs={[problem.value.x.name, problem.value.y.name]}
        />
      </section>
      <section class="answer-part" aria-labelledby="answer">
        <h2 id="answer">Its answer</h2>
        <PlayControls of={trainer} pace={settings.pace} />
        <Plane
          scene={pictures.plane}
          description={pictures.planeText}
          {...(settings.data.value === "own" && table.value === undefined ? { press: own.add } : {})}
        />
        <ClassLegend classes={problem.value.classes} />
        {settings.data.value === "own" && <OwnPoints own={own} />}
        <Score trainer={trainer} problem={problem} />
        <LossCurve history={trainer.history} />
        <Downloads take={take} />
      </section>
      <Settings settings={settings} />
    </div>
  );
}

interface ScoreProps {
  readonly trainer: ReturnType<typeof useTrainer<"dense">>;
  readonly problem: ReturnType<typeof problemOf>;
}

function Score({ trainer, problem }: ScoreProps) {
  const text = useMemo(
    () =>
      computed(() => {
        const count = problem.value.points.labels.length;
        const wrong = trainer.snapshot.value?.training.wrong;
        return wrong === undefined ? "…" : `${Math.round(wrong * count)} of ${count}`;
      }),
    [trainer, problem],
  );
  const calm = useCalm(text);
  return (
    <p class="mistakes">
      <b>{calm}</b> are on the wrong side.
    </p>
  );
}
