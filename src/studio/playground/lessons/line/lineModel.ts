/**
 * What the pages of the line and of the sigmoid share: the numbers of the line, whoever moves it (the visitor or the
 * training), and the pictures that follow from them.
 */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Standardization } from "../../../../data/standardization.ts";
import { at } from "../../../../support/invariant.ts";
import { numberText } from "../../parts/Equation.tsx";
import type { LandscapeScene } from "../../parts/Landscape.tsx";
import type { Handle } from "../../parts/Plane.tsx";
import type { Place, PlaneScene } from "../../parts/planeDrawing.ts";
import type { Codec, Setting } from "../../shell/address.ts";
import { listCodec } from "../../shell/codecs.ts";
import type { Trainer } from "../../training/client.ts";
import type { LineNumbers } from "../../training/jobs/line.ts";
import {
  endsOf,
  inUnits,
  lineThrough,
  lossOf,
  mistakesOf,
  type ScaledPoints,
  scalePoints,
  squaredLoss,
  valuesOf,
} from "../../training/lineMath.ts";
import { pointsOf, scalingOf } from "../../training/points.ts";
import { makeProblem, type Problem } from "../../training/problems.ts";

/** Points of two classes with what a line needs of them. */
export interface LineTable extends Problem {
  readonly scaling: Standardization;
  readonly scaled: ScaledPoints;
}

/** A problem as a table; where there are hardly any points two stand in, so that there is something to compute with. */
export function tableOf(problem: Problem): LineTable {
  const points = hasPoints(problem) ? problem.points : standIns;
  const scaling = scalingOf(points);
  return { ...problem, scaling, scaled: scalePoints(points, scaling) };
}

/** Are there points enough for a line to lie between them? */
export function hasPoints({ points }: Problem): boolean {
  return points.labels.length > 1;
}

/** One point of each class: what the training learns from until a visitor has drawn two. */
export const standIns = pointsOf([
  { x: -0.5, y: -0.5, label: 0 },
  { x: 0.5, y: 0.5, label: 1 },
]);

/** The animals of both pages. */
export const bonesTable: LineTable = tableOf(makeProblem("bones", { seed: 7, count: 160, noise: 0 }));

/** Where the line begins: wrong, so that there is something to do. */
export const startLine: LineNumbers = [0.3, 1, 0.4];

const list = listCodec(3, 3);

/** A line in the address. */
export const lineCodec: Codec<LineNumbers> = {
  parse: (text) => {
    const [a1, a2, a3] = list.parse(text) ?? [];
    return a1 === undefined || a2 === undefined || a3 === undefined ? undefined : [a1, a2, a3];
  },
  write: (numbers) => list.write(numbers),
};

/** How far from the middle of the line its two handles begin, in deviations. */
const reach = 1.6;

/** Most places of the way that the map shows. */
const longestPath = 400;

const cells = 32;

type Ends = readonly [Place, Place];

/** What a line is made of. */
export interface LineParts {
  readonly table: LineTable;
  readonly trainer: Trainer<"line">;
  readonly setting: Setting<LineNumbers>;
  readonly rate: Setting<number>;
  readonly isThroughSigmoid: boolean;
}

/** The line of a page with all that is seen of it. */
export class LineModel {
  readonly table: LineTable;
  readonly numbers: Signal<LineNumbers>;
  readonly mistakes: ReadonlySignal<number>;
  readonly scene: ReadonlySignal<PlaneScene>;
  readonly description: ReadonlySignal<string>;
  readonly handles: ReadonlySignal<readonly Handle[]>;
  readonly landscape: ReadonlySignal<LandscapeScene>;
  readonly landscapeText: ReadonlySignal<string>;
  readonly #trainer: Trainer<"line">;
  readonly #setting: Setting<LineNumbers>;
  readonly #ends: Signal<Ends>;
  readonly #path = signal<readonly Place[]>([]);
  readonly #isThroughSigmoid: boolean;
  /** Where the training set out: the page's first line, or where a visitor has put it since. */
  #origin: { readonly numbers: LineNumbers; readonly step: number };
  readonly #first: LineNumbers;
  #lastStep = -1;
  #lastRun = -1;
  /** Where a visitor has put the line, until the training has heard of it. */
  #wanted: LineNumbers | undefined;

  constructor({ table, trainer, setting, rate, isThroughSigmoid }: LineParts) {
    this.table = table;
    this.#trainer = trainer;
    this.#setting = setting;
    this.#isThroughSigmoid = isThroughSigmoid;
    this.numbers = signal(setting.peek());
    this.#first = setting.peek();
    this.#origin = { numbers: this.#first, step: 0 };
    this.#ends = signal(placesOf(setting.peek(), table.scaling));
    const nobody = new Uint8Array(table.points.labels.length);
    const marked = computed(() => (hasPoints(table) ? mistakesOf(table.scaled, this.numbers.value) : nobody));
    this.mistakes = computed(() => marked.value.reduce((sum, each) => sum + each, 0));
    this.scene = computed(() => this.#drawScene(marked.value));
    this.description = computed(() => this.#describe());
    this.handles = computed(() => this.#makeHandles());
    const a1 = computed(() => this.numbers.value[0]);
    const squaredDistances = squaredLoss(table.scaled);
    const heights = computed(() => heightsOf(squaredDistances, a1.value, this.#box.value));
    this.landscape = computed(() => this.#drawLandscape(heights.value, rate.value));
    this.landscapeText = computed(() => this.#describeLandscape());
  }

  /** Takes over what the training has found; runs again whenever there is something new. */
  follow(): void {
    const snapshot = this.#trainer.snapshot.value;
    const step = this.#trainer.step.value;
    if (snapshot === undefined) return;
    const run = this.#trainer.run.value;
    const isNew = run !== this.#lastRun;
    const hasMoved = isNew || step !== this.#lastStep;
    this.#lastRun = run;
    this.#lastStep = step;
    if (isNew) {
      this.#path.value = [];
      this.#wanted = undefined;
      this.#origin = { numbers: this.#first, step: 0 };
    }
    if (this.#wanted !== undefined) {
      // What the training did before it heard of the visitor's hand is of no interest
      if (!isSame(snapshot.numbers, this.#wanted)) return;
      this.#origin = { numbers: this.#wanted, step };
      this.#wanted = undefined;
      return;
    }
    if (!hasMoved) return;
    this.numbers.value = snapshot.numbers;
    this.#ends.value = placesOf(snapshot.numbers, this.table.scaling);
    this.#path.value = [...this.#path.peek().slice(-longestPath), this.#onMap(snapshot.numbers)];
    if (this.#trainer.status.peek() !== "playing") this.#setting.value = snapshot.numbers;
  }

  /** Puts the line where a visitor wants it. */
  move(numbers: LineNumbers): void {
    this.#trainer.pause();
    this.numbers.value = numbers;
    this.#setting.value = numbers;
    this.#path.value = [];
    this.#wanted = numbers;
    this.#trainer.change({ numbers });
  }

  /** The way that the training has gone: from where, and in how many steps. */
  way(): { readonly start: LineNumbers; readonly steps: number } {
    return { start: this.#origin.numbers, steps: this.#trainer.step.peek() - this.#origin.step };
  }

  #makeHandles(): Handle[] {
    const ends = this.#ends.value;
    const { scaling } = this.table;
    return ends.map((place, index) => ({
      name: index === 0 ? "Left end of the line" : "Right end of the line",
      ...clamped(place, this.table),
      move: (to) => {
        const moved: Ends = index === 0 ? [to, ends[1]] : [ends[0], to];
        const numbers = lineThrough(
          scaledPlace(moved[0], scaling),
          scaledPlace(moved[1], scaling),
          this.numbers.peek(),
        );
        if (numbers === undefined) return;
        this.#ends.value = moved;
        this.move(numbers);
      },
    }));
  }

  #drawScene(marked: Uint8Array): PlaneScene {
    const ends = endsOf(this.numbers.value, 20);
    const { x, y, points, scaling } = this.table;
    if (ends === undefined) return { x, y, points, marked };
    const [from, to] = ends;
    return {
      x,
      y,
      points,
      marked,
      lines: [{ from: unitPlace(from, scaling), to: unitPlace(to, scaling), kind: "strong" }],
      shade: this.#shade(),
    };
  }

  /** Which side is whose; through a sigmoid how surely. */
  #shade(): NonNullable<PlaneScene["shade"]> {
    const size = this.#isThroughSigmoid ? 40 : 90;
    const { x, y } = this.table;
    const [a1, a2, a3] = inUnits(this.numbers.value, this.table.scaling);
    const values = new Float32Array(size * size);
    for (let row = 0; row < size; row++) {
      const weight = y.low + ((row + 0.5) / size) * (y.high - y.low);
      for (let column = 0; column < size; column++) {
        const length = x.low + ((column + 0.5) / size) * (x.high - x.low);
        const f = a1 + a2 * length + a3 * weight;
        values[row * size + column] = this.#isThroughSigmoid ? 1 / (1 + Math.exp(-f)) : f > 0 ? 0.8 : 0.2;
      }
    }
    return { columns: size, rows: size, values };
  }

  #describe(): string {
    const { x, y, classes, points, scaling } = this.table;
    const [a1, a2, a3] = inUnits(this.numbers.value, scaling).map(numberText);
    return (
      `${points.labels.length} points of two classes, ${classes[0]} and ${classes[1]}, by ${x.name} and ${y.name}, and a line ` +
      `between them: f = ${a1} + ${a2} times ${x.name} + ${a3} times ${y.name}. ${this.mistakes.value} of them are on the wrong side.`
    );
  }

  /** The part of the map that is shown: the way so far, and room around the middle. */
  readonly #box = computed((): number => {
    const [, a2, a3] = this.numbers.value;
    const size = Math.max(Math.abs(a2), Math.abs(a3), 2);
    return 3 * 2 ** Math.max(0, Math.ceil(Math.log2(size / 2.7)));
  });

  #drawLandscape(heights: LandscapeScene["heights"], rate: number): LandscapeScene {
    const size = this.#box.value;
    const [x, y] = [this.#mapAxis("a₂", 0, size), this.#mapAxis("a₃", 1, size)];
    const snapshot = this.#trainer.snapshot.value;
    const [, a2, a3] = this.numbers.value;
    const here = this.#onMap(this.numbers.value);
    const scene = { x, y, heights, here, path: this.#path.value };
    if (snapshot === undefined || !isSame(snapshot.numbers, this.numbers.value)) return scene;
    const [, g2, g3] = snapshot.gradient;
    return {
      ...scene,
      next: this.#onMap([0, a2 - rate * g2, a3 - rate * g3]),
      gradient: this.#onMap([0, a2 + 0.5 * g2, a3 + 0.5 * g3]),
    };
  }

  /** The axis of a₂ or a₃, in the units of the points. */
  #mapAxis(name: string, column: 0 | 1, size: number): LandscapeScene["x"] {
    const most = size / at(this.table.scaling.deviations, column);
    return { name: `${name} (${(column === 0 ? this.table.x : this.table.y).name})`, unit: "", low: -most, high: most };
  }

  #onMap([, a2, a3]: LineNumbers): Place {
    return { x: a2 / at(this.table.scaling.deviations, 0), y: a3 / at(this.table.scaling.deviations, 1) };
  }

  #describeLandscape(): string {
    const [, a2, a3] = inUnits(this.numbers.value, this.table.scaling).map(numberText);
    const loss = lossOf(this.table.scaled, this.numbers.value, this.#isThroughSigmoid);
    return `The loss as a map over a₂ and a₃: we are at a₂ = ${a2}, a₃ = ${a3}, where the loss is ${numberText(loss)}.`;
  }

  /** f of every point. */
  values(): Float64Array {
    if (!hasPoints(this.table)) return new Float64Array();
    return valuesOf(this.table.scaled, this.numbers.value);
  }
}

/** The squared distances over (a₂, a₃), a₁ as it is. */
function heightsOf(
  squaredDistances: (numbers: LineNumbers) => number,
  a1: number,
  size: number,
): LandscapeScene["heights"] {
  const values = new Float64Array((cells + 1) ** 2);
  const place = (index: number): number => ((2 * index) / cells - 1) * size;
  for (let row = 0; row <= cells; row++) {
    for (let column = 0; column <= cells; column++) {
      const numbers: LineNumbers = [a1, place(column), place(row)];
      values[row * (cells + 1) + column] = squaredDistances(numbers);
    }
  }
  return { columns: cells + 1, rows: cells + 1, values };
}

function placesOf(numbers: LineNumbers, scaling: Standardization): Ends {
  const ends = endsOf(numbers, reach);
  if (ends === undefined) return [unitPlace([-reach, 0], scaling), unitPlace([reach, 0], scaling)];
  return [unitPlace(ends[0], scaling), unitPlace(ends[1], scaling)];
}

function unitPlace([x, y]: readonly [number, number], { means, deviations }: Standardization): Place {
  return { x: at(means, 0) + x * at(deviations, 0), y: at(means, 1) + y * at(deviations, 1) };
}

function scaledPlace({ x, y }: Place, { means, deviations }: Standardization): readonly [number, number] {
  return [(x - at(means, 0)) / at(deviations, 0), (y - at(means, 1)) / at(deviations, 1)];
}

/** A handle stays on the plane, wherever the line has gone. */
function clamped({ x, y }: Place, { x: across, y: up }: LineTable): Place {
  return { x: Math.min(across.high, Math.max(across.low, x)), y: Math.min(up.high, Math.max(up.low, y)) };
}

/** The training computes in 32 bits. */
function isSame(left: LineNumbers, right: LineNumbers): boolean {
  return left.every((value, index) => Math.abs(value - at(right, index)) < 1e-5 * (1 + Math.abs(value)));
}
