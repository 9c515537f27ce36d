/**
 * The network, its size and its training for a set of pictures and the time there is: a table of three recipes, fitted to the set.
 * `learn.ts` follows them. What they reach on which data stands in README.md.
 */

import {
  type NetworkShape,
  readNetworkSettings,
  settingsSchema,
  type TrainingSettings,
  type VisionSettings,
} from "./settings.ts";
import type { SettingReason } from "./study.ts";
import type { PictureInput } from "./system.ts";

/** How much is meant: seconds on anything, minutes on two cores, or as much as a graphics processor allows. */
export const scales = ["tiny", "small", "full"] as const;

/** One of `scales`. */
export type Scale = (typeof scales)[number];

/** What must be known of the pictures. */
export interface PictureFacts {
  /** Pictures to learn from. */
  readonly count: number;
  readonly classes: number;
  /** 1 where all pictures are grey. */
  readonly channels: 1 | 3;
  /** In pixels: of the middle one, where sizes differ. */
  readonly width: number;
  readonly height: number;
  /** Pictures are signs (digits, letters, symbols), which mean another thing when they are mirrored. */
  readonly areSigns?: boolean;
}

/** What a caller may choose instead. */
export interface PictureChoices {
  readonly scale?: Scale | undefined;
  /** Time for training; a recipe's passes are spread over it. */
  readonly minutes?: number | undefined;
  /** Pixels of the longer side that the network sees. */
  readonly size?: number | undefined;
  readonly network?: NetworkShape["network"] | undefined;
  readonly breadth?: number | undefined;
  readonly epochs?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly learningRate?: number | undefined;
}

/** What a network sees, with its reasons. */
export interface ChosenInput {
  readonly input: PictureInput;
  readonly reasons: readonly SettingReason[];
}

/** A network and its training, with their reasons. */
export interface ChosenTraining {
  readonly settings: { readonly network: NetworkShape; readonly training: TrainingSettings };
  /** For `learn`: training ends then. */
  readonly milliseconds: number | undefined;
  readonly reasons: readonly SettingReason[];
}

/** All that is chosen. */
export interface ChosenVision extends ChosenInput, ChosenTraining {}

/** What scales differ in. */
interface Recipe {
  /** Sides of pictures that the network sees at most, where they are larger than `kept`. */
  readonly side: number;
  /** Pictures up to this side are seen as they are. */
  readonly kept: number;
  readonly breadth: number;
  /** Pictures that pass through the network in training, at least and at most. */
  readonly fewest: number;
  readonly most: number;
  readonly why: string;
}

const recipes = {
  tiny: { side: 32, kept: 32, breadth: 0.125, fewest: 2_000, most: 8_000, why: "tiny: seconds" },
  small: { side: 128, kept: 48, breadth: 0.25, fewest: 60_000, most: 400_000, why: "small: minutes on two cores" },
  full: { side: 224, kept: 64, breadth: 1, fewest: 200_000, most: 20_000_000, why: "full: a graphics processor" },
} as const satisfies Record<Scale, Recipe>;

/** Of the time asked for: the rest is for reading, compiling and measuring. */
const shareOfTime = 0.92;

/**
 * Settings for the pictures that `facts` describe.
 *
 * @example
 * ```ts
 * import { chooseSettings } from "smilodon/systems/vision";
 * const digits = { count: 60_000, classes: 10, channels: 1, width: 28, height: 28, areSigns: true } as const;
 * const { settings, reasons } = chooseSettings(digits, { minutes: 1.5 });
 * console.log(settings.network.network, settings.training.augmentation.mirror); // airbench none
 * for (const { name, value, reason } of reasons) console.log(name, value, reason);
 * ```
 */
export function chooseSettings(facts: PictureFacts, choices: PictureChoices = {}): ChosenVision {
  const { input, reasons } = chooseInput(facts, choices);
  const training = chooseTraining(facts, input, choices);
  return { ...training, input, reasons: [...reasons, ...training.reasons] };
}

/** What the network sees: small pictures as they are, large ones smaller, wide ones less wide than they were. */
export function chooseInput(
  { channels, width, height }: Pick<PictureFacts, "channels" | "width" | "height">,
  choices: PictureChoices = {},
): ChosenInput {
  const { side, kept } = recipeOf(choices);
  const chosen = new Chosen(choices);
  const longest = Math.max(width, height);
  const size = chosen.value(
    "size",
    Math.max(8, longest <= kept ? longest : Math.min(side, 8 * Math.round(longest / 8))),
    longest <= kept ? "as they are" : `pictures of ${width} × ${height}`,
  );
  const ratio = Math.min(2, Math.max(0.5, width / height));
  const shorter = (share: number) => Math.max(8, Math.round(size * share));
  const shape = ratio >= 1 ? { width: size, height: shorter(1 / ratio) } : { width: shorter(ratio), height: size };
  return { input: { channels, ...shape, fit: "cover" }, reasons: chosen.reasons };
}

/** The network that sees `input`, and its training. */
export function chooseTraining(
  facts: Pick<PictureFacts, "count" | "classes" | "areSigns">,
  input: PictureInput,
  choices: PictureChoices = {},
): ChosenTraining {
  const { minutes } = choices;
  const recipe = recipeOf(choices);
  const chosen = new Chosen(choices);
  const { channels, height, width } = input;
  const count = facts.count.toLocaleString("en-US");
  const isSmall = Math.max(height, width) <= recipe.kept;
  const network = readNetworkSettings({
    network: chosen.value("network", "airbench", "learns fastest from few thousand pictures as from many"),
    channels,
    height,
    width,
    classes: Math.max(2, facts.classes),
    breadth: chosen.value("breadth", breadthFor(facts, channels, recipe), recipe.why),
    // Strokes are wider than a pixel: half the places learn nearly as much, four times as often
    ...(channels === 1 && isSmall && choices.scale !== "full" ? { reduction: 2 } : {}),
  });
  const epochs = chosen.value("epochs", epochsFor(facts, recipe, minutes), `${count} pictures; ${recipe.why}`);
  const isTurned = network.network === "airbench";
  const training = settingsSchema.shape.training.parse({
    epochs,
    batchSize: chosen.value("batchSize", batchFor(facts), `a step for each of ${count} pictures is too many`),
    optimizer: isTurned ? "filters" : "adamw",
    learningRate: chosen.value("learningRate", isTurned ? 0.1 : 1e-3, isTurned ? "filters turn by a tenth" : "usual"),
    weightDecay: isTurned ? 5e-4 : 0.05,
    warmUp: isTurned ? 0 : 0.1,
    labelSmoothing: facts.classes > 2 ? 0.1 : 0.05,
    // Filters are turned along directions: errors so small are lost in them
    precision: isTurned ? "bf16" : "f32",
    augmentation: augmentationFor(facts, input, { isSmall, epochs }),
  } satisfies VisionSettings["training"]);
  const { mirror } = training.augmentation;
  const reasons = [
    ...chosen.reasons,
    {
      name: "mirror",
      value: mirror,
      reason: mirror === "none" ? "signs do not mean the same mirrored" : "photographs mean the same mirrored",
    },
    {
      name: "precision",
      value: training.precision ?? "f32",
      reason: isTurned ? "products may be rounded where the processor is faster then; sums are not" : "usual",
    },
    ...(minutes === undefined ? [] : [{ name: "minutes", value: minutes, reason: "you chose it" }]),
  ];
  const milliseconds = minutes === undefined ? undefined : shareOfTime * minutes * 60_000;
  return { settings: { network, training }, milliseconds, reasons };
}

function recipeOf({ scale = "small" }: PictureChoices): Recipe {
  return recipes[scale];
}

/** What was chosen, by the caller or here, with reasons. */
class Chosen {
  readonly reasons: SettingReason[] = [];
  readonly #choices: PictureChoices;

  constructor(choices: PictureChoices) {
    this.#choices = choices;
  }

  /** The caller's choice of `name`, or else `usual`. */
  value<Name extends ChosenName>(
    name: Name,
    usual: NonNullable<PictureChoices[Name]>,
    reason: string,
  ): NonNullable<PictureChoices[Name]> {
    const given = this.#choices[name];
    const value = given ?? usual;
    this.reasons.push({ name, value, reason: given === undefined ? reason : "you chose it" });
    return value;
  }
}

type ChosenName = Exclude<keyof PictureChoices, "scale" | "minutes">;

/** Tens of thousands of coloured pictures deserve a broader network. */
function breadthFor({ count }: Pick<PictureFacts, "count">, channels: number, { breadth }: Recipe): number {
  return channels === 3 && count >= 20_000 ? Math.min(1, 2 * breadth) : breadth;
}

function epochsFor(
  { count }: Pick<PictureFacts, "count">,
  { fewest, most }: Recipe,
  minutes: number | undefined,
): number {
  // Large sets are passed often enough for their size, small ones until they are known by heart
  const passed = Math.min(most, Math.max(fewest, 8 * count));
  // Where there is a time, it is the time that ends training
  const patience = minutes === undefined ? 1 : 3;
  return Math.max(1, Math.min(500, Math.round((patience * passed) / Math.max(1, count))));
}

/** Some hundred steps at least, and no batch so small that its mean says little. */
function batchFor({ count }: Pick<PictureFacts, "count">): number {
  return Math.max(16, Math.min(250, 2 ** Math.round(Math.log2(count / 30))));
}

/** Photographs are the same thing mirrored; the fewer there are, the more they have to be changed. */
function augmentationFor(
  { areSigns = false, count }: Pick<PictureFacts, "areSigns" | "count">,
  { channels, width, height }: PictureInput,
  { isSmall, epochs }: { readonly isSmall: boolean; readonly epochs: number },
): NonNullable<VisionSettings["training"]["augmentation"]> {
  const side = Math.min(width, height);
  const isScarce = count < 10_000 && epochs > 10;
  return {
    mirror: areSigns ? "none" : "alternating",
    shift: Math.max(1, Math.round(side * (isSmall ? 1 / 16 : 1 / 12))),
    ...(isScarce && !isSmall ? { scale: 0.2, rotation: 10, colour: channels === 3 ? 0.2 : 0 } : {}),
    ...(isScarce ? { cutout: Math.round(side / 4) } : {}),
  };
}
