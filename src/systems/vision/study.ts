/** Everything that was found out while pictures were learned: plain data, but for the system. Reports and the command line show it. */
import type { GroupReport } from "../../audit/groups.ts";
import type { PictureChecks } from "../../audit/pictureChecks.ts";
import type { ShortcutFinding } from "../../audit/shortcut.ts";
import type { EpochRecord } from "../../train/index.ts";
import type { Metric, Metrics } from "../metrics.ts";
import type { Section } from "../reportHtml.ts";
import type { PictureSurvey } from "./survey.ts";
import type { VisionSystem } from "./system.ts";

/** One setting, and why it is what it is. */
export interface SettingReason {
  readonly name: string;
  readonly value: number | boolean | string;
  readonly reason: string;
}

/** Something that somebody should look at. */
export interface VisionWarning {
  readonly kind:
    | "shortcut"
    | "copies"
    | "crossing-copies"
    | "contradicting-copies"
    | "rare-class"
    | "few-held-out"
    | "damaged"
    | "note";
  readonly message: string;
}

/** A picture as the report shows it. */
export interface ShownPicture {
  readonly name: string;
  /** A small PNG, as an address that holds all of it. */
  readonly address: string;
  readonly height: number;
  readonly width: number;
  readonly truth: string;
  readonly answer: string;
  /** Of the answer, and of the truth. */
  readonly probability: number;
  readonly truthProbability: number;
  /** Distance to what was learned from, in multiples of what is answered. */
  readonly distance: number;
}

/** How a class does. */
export interface ClassStudy {
  readonly name: string;
  /** Held-out pictures of the class. */
  readonly count: number;
  /** Share of them that are called so; share of what is called so that is. */
  readonly recall: Metric | undefined;
  readonly precision: Metric | undefined;
  /** Share of its prediction sets that hold it. */
  readonly coverage: Metric | undefined;
}

/** Answers for the held-out pictures. */
export interface HeldOutPictures {
  /** Their rows in the set. */
  readonly rows: Uint32Array;
  readonly names: readonly string[];
  /** Class of each by position. */
  readonly truth: Int32Array;
  /** Row-major [rows, classes]. */
  readonly probabilities: Float64Array;
  /** Row-major [rows, classes]: 1 where a class is not ruled out. */
  readonly sets: Uint8Array;
  readonly inScope: Uint8Array;
  readonly distances: Float64Array;
}

/** Pictures worth looking at. */
export interface VisionFindings {
  /** Held-out pictures of each class that were answered right, as an impression of the set. */
  readonly examples: readonly { readonly name: string; readonly pictures: readonly ShownPicture[] }[];
  /** The surest first. */
  readonly mistakes: readonly ShownPicture[];
  /** Where the answer was nearest to undecided. */
  readonly hardest: readonly ShownPicture[];
  /** Furthest from what was learned from. */
  readonly furthest: readonly ShownPicture[];
  /** Pairs of copies, exact ones first. */
  readonly copies: readonly (readonly ShownPicture[])[];
}

/** The whole study. */
export interface VisionStudy {
  readonly system: VisionSystem;
  readonly survey: PictureSurvey;
  readonly split: {
    readonly train: number;
    readonly calibration: number;
    readonly heldOut: number;
    readonly how: string;
  };
  readonly metrics: Metrics;
  /** What the most frequent class alone would come to. */
  readonly majority: Metrics;
  readonly classes: readonly ClassStudy[];
  /** Held-out pictures by true class (row) and answer (column). */
  readonly confusion: readonly (readonly number[])[];
  readonly heldOut: HeldOutPictures;
  readonly checks: Omit<PictureChecks, "checksums">;
  /** Files that could not be read. */
  readonly damaged: readonly { readonly name: string; readonly reason: string }[];
  readonly findings: VisionFindings;
  readonly groups: GroupReport | undefined;
  /** What frames of other pictures do to its answers; undefined where there were too few to try. */
  readonly shortcut: ShortcutFinding | undefined;
  readonly warnings: readonly VisionWarning[];
  readonly settings: readonly SettingReason[];
  readonly history: readonly EpochRecord[];
  readonly seconds: number;
  /** What others add to the report: explanations, features. */
  readonly sections: readonly Section[];
}
