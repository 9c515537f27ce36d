/** Of which size pictures are to be, from what their headers say; which network learns from them, and for how long. */
import type { FoundPictures } from "./found.ts";
import type { NetworkName, VisionSettings } from "./settings.ts";
import type { SettingReason } from "./study.ts";
import type { PictureInput } from "./system.ts";

/** How much is to be spent: seconds, minutes on a processor, a graphics card. */
export const scales = ["tiny", "small", "full"] as const;

/** One of `scales`. */
export type Scale = (typeof scales)[number];

/** Pixels of a side at most, where pictures are larger. */
const largest: Readonly<Record<Scale, number>> = { tiny: 32, small: 128, full: 224 };
/** Smaller pictures keep their shape: every pixel counts, and all have one size as a rule. */
const smallPicture = 64;

/** An input with its reason. */
export interface ChosenInput {
  readonly input: PictureInput;
  readonly reason: SettingReason;
}

/** The input for pictures that were found; `size` is what was asked for. */
export function chooseInput(
  { survey, fixed }: Pick<FoundPictures, "survey" | "fixed">,
  { size, scale }: { readonly size: number | undefined; readonly scale: Scale },
): ChosenInput {
  const channels = fixed?.channels ?? (survey.isGrey ? 1 : 3);
  const shape = (width: number, height: number, reason: string): ChosenInput => ({
    input: { channels, width, height, fit: "cover" },
    reason: { name: "size", value: width === height ? width : `${width}×${height}`, reason },
  });
  if (fixed !== undefined) return shape(fixed.width, fixed.height, "the size that the pictures have");
  if (size !== undefined) return shape(size, size, "you chose it");
  const { width, height } = survey;
  const isOne = width.least === width.most && height.least === height.most;
  const most = largest[scale];
  const side = Math.min(width.median, height.median);
  if (isOne && Math.max(width.most, height.most) <= Math.min(most, smallPicture))
    return shape(Math.max(8, width.most), Math.max(8, height.most), "the size that all pictures have");
  const chosen = Math.max(8, Math.min(most, 8 * Math.max(1, Math.round(side / 8))));
  return shape(chosen, chosen, chosen === most ? `as large as ${scale} allows` : "about the size of most pictures");
}

/** What is known of the pictures once they are decoded. */
export interface PictureFacts {
  /** To learn from. */
  readonly pictures: number;
  readonly classes: number;
  readonly input: PictureInput;
}

/** What was asked for, where anything was. */
export interface TrainingWishes {
  readonly network: NetworkName | undefined;
  readonly epochs: number | undefined;
  readonly scale: Scale;
}

/** Steps that training takes: enough for small sets to be learned, and no more than a scale means. */
const usualSteps: Readonly<Record<Scale, number>> = { tiny: 200, small: 4000, full: 20_000 };
const mostEpochs: Readonly<Record<Scale, number>> = { tiny: 30, small: 60, full: 120 };

/** A network and its training, with reasons. */
export function usualSettings(
  { pictures, classes, input: { channels, height, width } }: PictureFacts,
  { network, epochs, scale }: TrainingWishes,
): { readonly settings: VisionSettings; readonly reasons: readonly SettingReason[] } {
  const side = Math.min(height, width);
  const usual: NetworkName = scale === "tiny" ? "lenet" : side <= 64 ? "resnet20" : "resnet18";
  const chosen = network ?? usual;
  const breadth = scale === "full" || chosen === "lenet" || chosen === "resnet20" ? 1 : 0.5;
  const batchSize = Math.max(2, Math.min(64, Math.floor(pictures / 4)));
  const passes = Math.round((usualSteps[scale] * batchSize) / pictures);
  const count = epochs ?? Math.max(3, Math.min(mostEpochs[scale], passes));
  const isMirrored = channels === 3;
  const many = `${pictures.toLocaleString("en-US")} pictures to learn from`;
  return {
    settings: {
      network: { network: chosen, channels, height, width, classes, breadth },
      training: {
        epochs: count,
        batchSize,
        optimizer: "adamw",
        learningRate: 2e-3,
        weightDecay: 0.05,
        warmUp: 0.2,
        labelSmoothing: 0.1,
        augmentation: { mirror: isMirrored ? "alternating" : "none", shift: side >= 24 ? Math.round(side / 16) : 0 },
      },
    },
    reasons: [
      {
        name: "network",
        value: chosen,
        reason: network === undefined ? `pictures of ${width}×${height}, ${scale}` : "you chose it",
      },
      {
        name: "breadth",
        value: breadth,
        reason: breadth === 1 ? "as published" : "a processor has to do it in minutes",
      },
      { name: "epochs", value: count, reason: epochs === undefined ? `${many}, ${scale}` : "you chose it" },
      { name: "batchSize", value: batchSize, reason: many },
      { name: "learningRate", value: 2e-3, reason: "suits AdamW with normalized layers" },
      {
        name: "mirror",
        value: isMirrored ? "alternating" : "none",
        reason: isMirrored ? "photographs mean the same mirrored" : "signs and digits do not",
      },
    ],
  };
}
