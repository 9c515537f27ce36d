/** Asks the models about every point of the pictures: the only part of the report that computes. */
import { scopeJudge } from "../../../audit/scope.ts";
import { at } from "../../../support/invariant.ts";
import type { Grid } from "../../contour.ts";
import { modelProbabilities } from "../compare.ts";
import { featuresOf } from "../features.ts";
import type { ModelName } from "../models.ts";
import { strangers } from "../relations.ts";
import type { Study } from "../study.ts";
import type { Panel, Plane } from "./boundaries.ts";
import { fitTrend, gridBones, type View } from "./view.ts";

/** Points along each side of a picture. */
const points = 81;

/** Cats and small dogs, where the question is open; and everything up to Smilodon. */
const views = {
  near: { lengths: [78, 165], weights: [0.62, 1.5], width: 300, height: 300 },
  far: { lengths: [60, 470], weights: [2.5, 1400], width: 300, height: 300 },
} as const satisfies Record<string, View>;

/** Titles of the panels. */
export const titles = {
  line: "A line",
  sigmoid: "A line through a sigmoid",
  network: "A deep network",
} as const satisfies Record<ModelName, string>;

/** Panels of the three models where the question is open, and of the network over the whole plane. */
export interface Figures {
  readonly models: readonly { readonly name: ModelName; readonly panel: Panel }[];
  readonly overview: Panel;
}

/** Draws nothing yet: evaluates the three models and the scope on grids. */
export async function computeFigures(study: Study, subtitles: Readonly<Record<ModelName, string>>): Promise<Figures> {
  const near = planeOf(study, "near");
  const far = planeOf(study, "far");
  const models: { name: ModelName; panel: Panel }[] = [];
  for (const name of ["line", "sigmoid", "network"] as const) {
    const probabilities = await probabilitiesOver(study, name, near.view);
    models.push({ name, panel: { title: titles[name], subtitle: subtitles[name], plane: near, probabilities } });
  }
  const overview = await probabilitiesOver(study, "network", far.view);
  const subtitle = "the same network, with everything up to Smilodon";
  return { models, overview: { title: "The whole plane", subtitle, plane: far, probabilities: overview } };
}

function planeOf({ system, training }: Study, key: keyof typeof views): Plane {
  const trend = fitTrend(training.lengths, training.weights);
  const view: View = key === "near" ? { ...views.near, trend } : views.far;
  const judge = scopeJudge(system.scope);
  const { lengths, weights } = gridBones(view, points, points);
  const values = lengths.map((length, index) => judge.distance([length, at(weights, index)]) / system.scope.threshold);
  const marked = { name: "Smilodon", bone: strangers["Smilodon fatalis"] };
  return { key, view, animals: training, scope: { columns: points, rows: points, values }, marked };
}

async function probabilitiesOver({ system }: Study, name: ModelName, view: View): Promise<Grid> {
  const rows = featuresOf(gridBones(view, points, points), system.standardization);
  const probabilities = await modelProbabilities(system, name, rows);
  // The line says cat or dog and no more: kept within the pale grounds, which claim no certainty.
  const values = name === "line" ? probabilities.map((value) => 0.5 + 0.78 * (value - 0.5)) : probabilities;
  return { columns: points, rows: points, values };
}
