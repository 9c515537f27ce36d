/** What is kept of a training on pictures: everything that answers need. `train.ts` makes it, `use.ts` asks it. */
import type { ConformalRule } from "../../audit/conformal.ts";
import type { FeatureScopeRule } from "../../audit/featureScope.ts";
import type { DecodeOptions } from "../../data/images/decoder.ts";
import type { StagedNetwork } from "../../explain/stagedNetwork.ts";
import type { Module } from "../../nn/module.ts";

/** A network of pictures with its weights: stages one after the other, of which the last gives the scores. */
export type PictureNetwork = StagedNetwork & Module;

/** Plain JSON that says which network it is: what `config.json` holds and the network is made from. */
export interface PictureNetworkSettings {
  readonly network: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

/** Makes a network, with first weights, of its settings. */
export type NetworkMaker<S extends PictureNetworkSettings = PictureNetworkSettings> = (settings: S) => PictureNetwork;

/** What pictures are made into before the network sees them. */
export interface PictureInput {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** What happens to pictures of another shape. */
  readonly fit: NonNullable<DecodeOptions["fit"]>;
}

/** What is predicted: the class of a picture. */
export interface VisionTask {
  /** What the classes are of, for reports: the name of the folder or column. */
  readonly target: string;
  /** In the order of the scores. */
  readonly classes: readonly string[];
}

/** Where a system comes from. */
export interface VisionOrigin {
  /** Pictures that the network learned from. */
  readonly pictures: number;
  readonly seed: number;
  /** Of Smilodon. */
  readonly version: string;
  /** Name of the folder or file, without those above it. */
  readonly source: string;
  /** SHA-256 of the decoded pictures and labels, where known. */
  readonly dataHash: string | undefined;
  /** Name of the run whose weights this one began with. */
  readonly from: string | undefined;
}

/** What answers are trusted by. */
export interface VisionCare {
  /** Divides the scores. */
  readonly temperature: number;
  readonly sets: ConformalRule;
  readonly scope: FeatureScopeRule;
}

/** A trained network that answers. Saved as a folder (folder.ts). */
export interface VisionSystem {
  readonly task: VisionTask;
  readonly input: PictureInput;
  readonly settings: PictureNetworkSettings;
  readonly network: PictureNetwork;
  readonly origin: VisionOrigin;
  readonly care: VisionCare;
}
