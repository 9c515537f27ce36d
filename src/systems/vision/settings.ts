/** Settings of a network for pictures and of its training: plain JSON, kept with the model. `chooseSettings.ts` finds them for a set of pictures. */
import { z } from "zod";

/** The networks; each has a file in `networks/`. */
export const networkNames = [
  "lenet",
  "vgg",
  "resnet18",
  "resnet34",
  "resnet50",
  "resnet20",
  "airbench",
  "convnext",
  "vit",
] as const;

/** Name of a network. */
export type NetworkName = (typeof networkNames)[number];

/** Schema of what shapes a network. */
export const networkSchema = z.object({
  network: z.enum(networkNames),
  /** 1 for grey pictures, 3 for coloured ones. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Of the pictures, in pixels. */
  height: z.int().min(8).max(4096),
  width: z.int().min(8).max(4096),
  classes: z.int().min(2),
  /** Channels of all layers, as a factor of the published ones. */
  breadth: z.number().min(0.05).max(16).default(1),
  /** By how much the first layer makes pictures smaller; by default as much as their size allows. */
  reduction: z.union([z.literal(1), z.literal(2), z.literal(4)]).optional(),
  /** Share of the features that the last layer is trained without, at random. */
  dropout: z.number().min(0).max(0.9).default(0),
});

/** What shapes a network, as it is written. */
export type NetworkSettings = z.input<typeof networkSchema>;

/** The same with nothing left open. */
export type NetworkShape = z.output<typeof networkSchema> & { readonly reduction: 1 | 2 | 4 };

/**
 * `settings` with nothing left open.
 * @throws ZodError naming what is wrong.
 */
export function readNetworkSettings(settings: NetworkSettings): NetworkShape {
  const read = networkSchema.parse(settings);
  return { ...read, reduction: read.reduction ?? usualReduction(Math.min(read.height, read.width)) };
}

/** Small pictures have no pixel to lose; of large ones, neighbours say nearly the same. */
function usualReduction(size: number): 1 | 2 | 4 {
  return size <= 48 ? 1 : size <= 96 ? 2 : 4;
}

/** So many channels of `published` ones: a multiple of 8, so that vectors are full. */
export function broadened(published: number, breadth: number): number {
  return breadth === 1 ? published : Math.max(8, 8 * Math.round((published * breadth) / 8));
}

/** Schema of how pictures are changed at random while a network learns from them; 0 and "none" leave them as they are. */
export const augmentationSchema = z.object({
  /** Exchange left and right: of each picture by chance, or of all pictures in every second pass, which no picture misses. */
  mirror: z.enum(["none", "random", "alternating"]).default("none"),
  /** Move by so many whole pixels at most. */
  shift: z.int().min(0).default(0),
  /** Turn by so many degrees at most. */
  rotation: z.number().min(0).max(180).default(0),
  /** Make larger or smaller by this share at most. */
  scale: z.number().min(0).max(0.9).default(0),
  /** Cover a square of so many pixels. */
  cutout: z.int().min(0).default(0),
  /** Change brightness, contrast and colour by this share at most. */
  colour: z.number().min(0).max(1).default(0),
  /** Parameter of the shares in which two pictures are mixed. */
  mixup: z.number().min(0).default(0),
});

/** Schema of how a network is trained. */
export const trainingSchema = z.object({
  epochs: z.int().min(1),
  batchSize: z.int().min(2),
  /**
   * `"filters"` turns filters at a rate that their size does not change (`filterOptimizer.ts`), for networks whose convolutions are all
   * followed by a normalization; `"adamw"` suits all.
   */
  optimizer: z.enum(["filters", "adamw"]),
  /** The greatest one. */
  learningRate: z.number().positive(),
  weightDecay: z.number().min(0).default(0),
  /** Share of the steps on which the learning rate rises; then it falls to zero along a line. */
  warmUp: z.number().min(0).max(0.9).default(0),
  labelSmoothing: z.number().min(0).max(0.9).default(0),
  /** How much of the average of weights is kept at each step; 0 for no average. */
  average: z.number().min(0).max(0.99999).default(0),
  /** What operands of products and convolutions may be rounded to where that is faster; "f32", nothing, where left out. */
  precision: z.enum(["f32", "bf16"]).optional(),
  augmentation: augmentationSchema.prefault({}),
});

/** How pictures are changed at random. */
export type AugmentationSettings = z.output<typeof augmentationSchema>;

/** How a network is trained. */
export type TrainingSettings = z.output<typeof trainingSchema>;

/** Schema of `VisionSettings`. */
export const settingsSchema = z.object({ network: networkSchema, training: trainingSchema });

/** A network and how it is trained, as they are written: plain JSON. */
export type VisionSettings = z.input<typeof settingsSchema>;
