/** What follows from the settings of the page of layers and from the training: its data, its network, its pictures. */
import { computed, type ReadonlySignal, type Signal } from "@preact/signals";
import { numberText } from "../../parts/Equation.tsx";
import type { NetworkScene } from "../../parts/NetworkDiagram.tsx";
import type { UnitName } from "../../parts/networkLayout.ts";
import type { PlaneScene } from "../../parts/planeDrawing.ts";
import type { Trainer } from "../../training/client.ts";
import type { DenseOptions, DenseSnapshot } from "../../training/jobs/dense.ts";
import { scalingOf } from "../../training/points.ts";
import { makeProblem, type Problem, squareAxes } from "../../training/problems.ts";
import type { LayerSettings } from "./settings.ts";

/** Cells along a side of a picture; the worker's pictures have as many. */
const cells = 24;

/** The data set that the settings name; `table` holds a file that was dropped, which no address could hold. */
export function problemOf(
  settings: LayerSettings,
  table: ReadonlySignal<Problem | undefined>,
): ReadonlySignal<Problem> {
  return computed(() => {
    const name = settings.data.value;
    if (name === "own")
      return table.value ?? { ...squareAxes, classes: ["orange", "blue"], points: settings.own.value };
    return makeProblem(name, { seed: 7, count: settings.count.value, noise: settings.noise.value });
  });
}

/** How the training begins. The learning rate is read without being followed: it may change on the way. */
export function optionsOf(settings: LayerSettings, problem: ReadonlySignal<Problem>): ReadonlySignal<DenseOptions> {
  return computed(() => {
    const { points, x, y } = problem.value;
    return {
      points: points.labels.length > 0 ? points : nothing,
      scaling: scalingOf(points.labels.length > 1 ? points : nothing),
      view: { left: x.low, right: x.high, bottom: y.low, top: y.high },
      hidden: settings.hidden.value,
      nonlinearity: settings.nonlinearity.value,
      optimizer: settings.optimizer.value,
      learningRate: settings.rate.peek(),
      penalty: { kind: settings.penalty.value, strength: settings.strength.value },
      batch: settings.batch.value,
      seed: settings.seed.value,
    };
  });
}

/** Stands for no points: one of each class, so that there is something to compute with until a visitor draws. */
const nothing = { x: new Float32Array([-0.5, 0.5]), y: new Float32Array([-0.5, 0.5]), labels: new Uint8Array([0, 1]) };

/** The plane with the points and the answer. */
export function planeOf(trainer: Trainer<"dense">, problem: ReadonlySignal<Problem>): ReadonlySignal<PlaneScene> {
  return computed(() => {
    const { x, y, points } = problem.value;
    const shade = trainer.snapshot.value?.shade;
    if (shade === undefined) return { x, y, points };
    const size = Math.round(Math.sqrt(shade.length));
    return { x, y, points, shade: { columns: size, rows: size, values: shade }, isBoundaryShown: true };
  });
}

/** The network. */
export function networkOf(
  trainer: Trainer<"dense">,
  problem: ReadonlySignal<Problem>,
): ReadonlySignal<NetworkScene | undefined> {
  const inputs = computed(() => [problem.value.x.name, problem.value.y.name]);
  return computed(() => {
    const snapshot = trainer.snapshot.value;
    if (snapshot === undefined) return undefined;
    const hidden = snapshot.pictures.map((layer) => layer.map(spread));
    return {
      sizes: [2, ...snapshot.pictures.map((layer) => layer.length), 1],
      layers: snapshot.layers,
      pictures: [inputPictures, ...hidden, [snapshot.shade]],
      inputs: inputs.value,
    };
  });
}

const inputPictures: readonly Float32Array[] = [
  Float32Array.from({ length: cells ** 2 }, (_, cell) => 0.1 + (0.8 * (cell % cells)) / (cells - 1)),
  Float32Array.from({ length: cells ** 2 }, (_, cell) => 0.1 + (0.8 * Math.floor(cell / cells)) / (cells - 1)),
];

/** What a unit gives, from −most … most to 0 … 1: one half is nothing at all. */
function spread(values: Float32Array): Float32Array {
  let most = 1e-6;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return values.map((value) => 0.5 + value / (2 * most));
}

/** The unit that is looked at, if the network has it; otherwise the answer. Column 0 holds the inputs. */
export function chosenUnit(settings: LayerSettings): ReadonlySignal<UnitName> {
  return computed(() => {
    const [layer = 1, unit = 1] = settings.unit.value;
    const hidden = settings.hidden.value;
    const units = hidden[layer - 1];
    if (units === undefined || unit < 1 || unit > units) return { layer: hidden.length + 1, unit: 0 };
    return { layer, unit: unit - 1 };
  });
}

/** The figures in words. */
export function describePlane(trainer: Trainer<"dense">, problem: ReadonlySignal<Problem>): ReadonlySignal<string> {
  return computed(() => {
    const { classes, points } = problem.value;
    const score = trainer.snapshot.value?.training;
    const start = `${points.labels.length} points of two classes, ${classes[0]} and ${classes[1]}, and the network’s answer as shade.`;
    if (score === undefined || points.labels.length === 0) return start;
    return `${start} ${Math.round(score.wrong * points.labels.length)} points are on the wrong side; the loss is ${numberText(score.loss)}.`;
  });
}

/** The network in words. */
export function describeNetwork(
  settings: LayerSettings,
  snapshot: ReadonlySignal<DenseSnapshot | undefined>,
): ReadonlySignal<string> {
  return computed(() => {
    const hidden = settings.hidden.value;
    const layers = snapshot.value?.layers ?? [];
    const count = layers.reduce((sum, { weight, bias }) => sum + weight.length + bias.length, 0);
    const shape = hidden.length === 0 ? "no hidden layer" : `hidden layers of ${hidden.join(", ")} units`;
    return `A network with two inputs, ${shape} and one answer: ${count} numbers are learned.`;
  });
}

/** A whole setting out of a list: the units of one layer. */
export function unitsOf({ hidden }: LayerSettings, layer: number): { value: number } {
  return {
    get value() {
      return hidden.value[layer] ?? 0;
    },
    set value(units: number) {
      hidden.value = hidden.peek().map((before, index) => (index === layer ? units : before));
    },
  };
}

/** How many hidden layers there are; a new one has as many units as the last. */
export function layerCount({ hidden }: LayerSettings): { value: number } {
  return {
    get value() {
      return hidden.value.length;
    },
    set value(count: number) {
      const before = hidden.peek();
      hidden.value = count < before.length ? before.slice(0, count) : [...before, before.at(-1) ?? 4];
    },
  };
}

/** A table that was dropped on the page. */
export type DroppedTable = Signal<Problem | undefined>;
