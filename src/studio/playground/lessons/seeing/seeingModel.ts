/** What the page of seeing holds: its settings in the address, the drawing under the pen, and what follows from them. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { paces } from "../../parts/PlayControls.tsx";
import { addressSetting, type Codec } from "../../shell/address.ts";
import { choiceCodec, numberCodec } from "../../shell/codecs.ts";
import { drawingProblems } from "../../training/drawings/problems.ts";
import type { Point, Stroke } from "../../training/drawings/strokes.ts";
import { seeingLayers } from "../../training/seeing/layers.ts";
import type { SeeingLook, SeeingOptions, SeeingSnapshot, UnitPlace } from "../../training/seeing/shown.ts";
import { bestOf } from "./Answers.tsx";
import type { Tool } from "./DrawingPad.tsx";
import {
  type Drawn,
  drawnCodec,
  movedBy,
  nextExample,
  pictureOf,
  strokesOf,
  withoutLast,
  withoutNear,
  withStroke,
} from "./drawn.ts";
import { percent, withArticle } from "./words.ts";

/** How near the eraser has to come: half of a finger's width on the paper. */
const eraserReach = 0.04;

/** `2-5` is unit 5 of layer 2. */
const unitCodec: Codec<UnitPlace> = {
  parse: (text) => {
    const [layer = Number.NaN, unit = Number.NaN] = text.split("-").map((part) => Number(part) - 1);
    const units = seeingLayers[layer]?.units ?? 0;
    return Number.isInteger(unit) && unit >= 0 && unit < units ? { layer, unit } : undefined;
  },
  write: ({ layer, unit }) => `${layer + 1}-${unit + 1}`,
};

/** The tools and how the page names them. */
export const toolTitles = { pen: "Pen", eraser: "Eraser" } as const satisfies Record<Tool, string>;

const plainCodec: Codec<string> = { parse: (text) => text, write: (text) => text };

/** All that the address holds of this page. */
export function seeingSettings(query: Signal<URLSearchParams>) {
  return {
    problem: addressSetting(query, "of", choiceCodec(drawingProblems), "digits"),
    drawn: addressSetting<Drawn>(query, "drawing", drawnCodec, { kind: "example", number: 4 }),
    unit: addressSetting<UnitPlace>(query, "unit", unitCodec, { layer: 1, unit: 0 }),
    tool: addressSetting<Tool>(query, "tool", choiceCodec(toolTitles), "pen"),
    rival: addressSetting(query, "rival", plainCodec, ""),
    seed: addressSetting(query, "seed", numberCodec(0, 999_999, 6), 1),
    rate: addressSetting(query, "rate", numberCodec(1e-4, 0.1), 6e-3),
    pace: addressSetting(query, "pace", choiceCodec(paces), "steady"),
  };
}

/** The settings as signals. */
export type SeeingSettings = ReturnType<typeof seeingSettings>;

/** The page's state beyond its settings. */
export class SeeingModel {
  readonly classes: ReadonlySignal<readonly string[]>;
  readonly strokes: ReadonlySignal<readonly Stroke[]>;
  readonly picture: ReadonlySignal<Float32Array>;
  readonly unit: ReadonlySignal<UnitPlace>;
  /** What the network is to look at now. */
  readonly look: ReadonlySignal<SeeingLook>;
  /** How the training begins; drawing does not begin it anew. */
  readonly options: ReadonlySignal<SeeingOptions>;
  readonly #settings: SeeingSettings;
  readonly #kept: ReadonlySignal<readonly Stroke[]>;
  /** The stroke under the pen. */
  readonly #drawing = signal<Stroke | undefined>(undefined);

  constructor(settings: SeeingSettings) {
    this.#settings = settings;
    const { problem, drawn, unit, rival, seed, rate } = settings;
    this.unit = unit.signal;
    this.classes = computed(() => drawingProblems[problem.value].classes);
    this.#kept = computed(() => strokesOf(problem.value, drawn.value));
    this.strokes = computed(() => {
      const drawing = this.#drawing.value;
      return drawing === undefined ? this.#kept.value : [...this.#kept.value, drawing];
    });
    this.picture = computed(() => pictureOf(problem.value, this.strokes.value));
    this.look = computed(() => {
      const named = this.classes.value.indexOf(rival.value);
      return { picture: this.picture.value, unit: unit.value, ...(named < 0 ? {} : { rival: named }) };
    });
    this.options = computed(() => ({
      problem: problem.value,
      seed: seed.value,
      learningRate: rate.peek(),
      look: this.look.peek(),
    }));
  }

  /** The pen is on the paper, or has just been lifted. */
  draw(stroke: Stroke, isDone: boolean): void {
    this.#drawing.value = isDone ? undefined : stroke;
    if (isDone && stroke.length > 0) this.#settings.drawn.value = withStroke(this.#kept.peek(), stroke);
  }

  /** Takes away what the eraser touches. */
  eraseAt(point: Point): void {
    const left = withoutNear(this.#kept.peek(), point, eraserReach);
    if (left.kind === "own" && left.strokes.length < this.#kept.peek().length) this.#settings.drawn.value = left;
  }

  /** Moves the drawing by places of the paper. */
  move(right: number, down: number): void {
    this.#settings.drawn.value = movedBy(this.#kept.peek(), right, down);
  }

  /** Takes the last stroke away. */
  undo(): void {
    this.#settings.drawn.value = withoutLast(this.#kept.peek());
  }

  /** An empty paper. */
  clear(): void {
    this.#settings.drawn.value = { kind: "own", strokes: [] };
  }

  /** The next drawing of a class that the page made up. */
  takeExample(label: number): void {
    this.#settings.drawn.value = nextExample(this.#settings.problem.peek(), this.#settings.drawn.peek(), label);
  }

  /** The page's drawing that follows the one on the paper, whatever it shows. */
  takeAnother(): void {
    const drawn = this.#settings.drawn.peek();
    this.#settings.drawn.value = { kind: "example", number: drawn.kind === "example" ? drawn.number + 1 : 0 };
  }

  /** Chooses a unit. */
  choose(unit: UnitPlace): void {
    this.#settings.unit.value = unit;
  }

  /** What the page shows, in words. */
  describe(snapshot: SeeingSnapshot | undefined): string {
    const drawn = this.#settings.drawn.value;
    const name = (label: number): string => withArticle(this.classes.value[label] ?? "");
    const count = this.strokes.value.length;
    const paper =
      drawn.kind === "example"
        ? `The paper shows ${name(drawn.number % this.classes.value.length)} that the page has drawn.`
        : count === 0
          ? "The paper is empty."
          : `The paper shows your drawing of ${count === 1 ? "one stroke" : `${count} strokes`}.`;
    const best = bestOf(snapshot?.probabilities);
    if (snapshot === undefined || best === undefined) return paper;
    return `${paper} The network sees ${name(best)}, with a probability of ${percent(snapshot.probabilities[best] ?? 0)}.`;
  }
}
