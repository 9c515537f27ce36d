/** What the three panels of the page show: points, planes, losses, and the same in words. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { at } from "../../../../support/invariant.ts";
import type { PlaneScene } from "../../parts/planeDrawing.ts";
import type { Trainer } from "../../training/client.ts";
import type { MoreDataOptions } from "../../training/jobs/moreData.ts";
import type { Points } from "../../training/points.ts";
import type { Problem } from "../../training/problems.ts";
import { planeReach, type Sample, type Samples, type Source, samplesOf, samplesOfOwn } from "../../training/samples.ts";
import type { LossScene } from "./TwoLosses.tsx";

/** Names of the sources as the page writes them. */
export const sourceTitles = { moons: "Two moons", femurs: "Cats and dogs" } as const satisfies Record<Source, string>;

interface Meaning {
  readonly axes: readonly [string, string];
  readonly kinds: readonly [string, string];
}

const meanings = {
  moons: { axes: ["", ""], kinds: ["orange", "blue"] },
  femurs: { axes: ["longer bones →", "heavier for their length →"], kinds: ["cats", "dogs"] },
} as const satisfies Record<Source, Meaning>;

/** Steps that the losses have room for at first. */
const firstSteps = 400;

/** The points of the page and what they mean. */
export interface Material extends Samples, Meaning {}

/** The points that the three networks learn from: the source's, or the visitor's own. */
export function materialOf(options: Pick<MoreDataOptions, "source" | "seed">, table: Problem | undefined): Material {
  if (table === undefined) return { ...samplesOf(options.source, options.seed), ...meanings[options.source] };
  return {
    ...samplesOfOwn(table.points, options.seed),
    axes: [`${table.x.name} →`, `${table.y.name} →`],
    kinds: table.classes,
  };
}

/** What one panel shows. */
export interface PanelParts {
  readonly amount: ReadonlySignal<number>;
  readonly scene: ReadonlySignal<PlaneScene>;
  readonly description: ReadonlySignal<string>;
  readonly losses: ReadonlySignal<LossScene>;
  readonly lossText: ReadonlySignal<string>;
  readonly learned: ReadonlySignal<string>;
  readonly unseen: ReadonlySignal<string>;
}

/** The panel of the network at `index`, from few points to many. */
export function panelOf(trainer: Trainer<"moreData">, material: ReadonlySignal<Material>, index: number): PanelParts {
  const sample = computed(() => at(material.value.learned, index));
  const amount = computed(() => sample.value.labels.length);
  const points = computed(() => pointsOf(sample.value));
  const learner = computed(() => {
    const found = trainer.snapshot.value?.learners[index];
    // One that belongs to other points is on its way out
    return found?.amount === amount.value ? found : undefined;
  });
  const side = computed(() => Math.sqrt(learner.value?.logOdds.length ?? 0));
  const scene = computed((): PlaneScene => {
    const [across, up] = material.value.axes;
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
    const [first, second] = material.value.kinds;
    const what = `${amount.value} points of two kinds, ${first} and ${second}`;
    if (trainer.step.value === 0) return `${what}. No network has begun.`;
    return (
      `${what}, and where the network sees each after ${trainer.step.value} ` +
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
  return { amount, scene, description, losses, lossText, learned, unseen };
}

function pointsOf({ points, labels }: Sample): Points {
  return {
    x: points.filter((_, index) => index % 2 === 0),
    y: points.filter((_, index) => index % 2 === 1),
    labels,
  };
}

function share(value: number | undefined, step: number): string {
  return value === undefined || step === 0 ? "…" : `${(100 * value).toFixed(value === 1 ? 0 : 1)} %`;
}
