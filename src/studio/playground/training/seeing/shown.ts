/** What a network that sees is told and what it shows: plain data, known to the page and to the training. No engine here. */
import type { DrawingProblemName } from "../drawings/problems.ts";

/** Drawings in a step. */
export const seeingBatch = 32;

/** Steps from one measurement to the next. */
export const judgeEvery = 25;

/** Drawings that it is judged by. */
export const judgedDrawings = 300;

/** How the network begins. */
export interface SeeingOptions {
  readonly problem: DrawingProblemName;
  readonly seed: number;
  readonly learningRate: number;
  /** The visitor's drawing at the beginning. */
  readonly look: SeeingLook;
}

/** What the network is asked to look at. */
export interface SeeingLook {
  /** [28, 28]: 0 paper … 1 ink. */
  readonly picture: Float32Array;
  /** A unit whose most exciting drawings are wanted. */
  readonly unit: UnitPlace;
  /** Why the likeliest class and not this one? The likeliest of the others where left out. */
  readonly rival?: number;
}

/** One unit of the network. */
export interface UnitPlace {
  readonly layer: number;
  readonly unit: number;
}

/** What may change on the way. */
export interface SeeingChange {
  readonly look?: SeeingLook;
  readonly learningRate?: number;
}

/** What it shows. */
export interface SeeingSnapshot {
  /** The drawing that it looked at. */
  readonly picture: Float32Array;
  /** The first layer's filters, [units, filterSize, filterSize]. */
  readonly filters: Float32Array;
  /** The visitor's drawing in both layers, [units, places, places] each. */
  readonly maps: readonly [Float32Array, Float32Array];
  /** Of the visitor's drawing: one a class, adding up to 1. */
  readonly probabilities: Float32Array;
  readonly decision: Decision;
  /** What excites the chosen unit most, the strongest first. */
  readonly exciting: readonly Exciting[];
  /** Share of right answers on drawings that it never learned from, measured after 0, `judgeEvery`, 2 · `judgeEvery` … steps. */
  readonly accuracies: Float32Array;
  /** For each class, how the drawings of that class were answered at the last measurement: [true class, answer]. */
  readonly confusion: Uint32Array;
  /** All numbers of the network by name, for download. */
  readonly numbers: readonly NamedNumbers[];
}

/** Which ink speaks for one class and against another. */
export interface Decision {
  readonly chosen: number;
  readonly rival: number;
  /** The score of the one less the score of the other: above 0 for the chosen one. */
  readonly lead: number;
  /** The same for an empty paper. */
  readonly emptyLead: number;
  /** [28, 28]: what each dot's ink adds to the lead; adds up to `lead` − `emptyLead`, but for `residual`. */
  readonly pushes: Float32Array;
  readonly residual: number;
}

/** A part of a drawing that the network never learned from. */
export interface Exciting {
  /** [sight, sight] dots. */
  readonly sight: Float32Array;
  readonly activation: number;
  readonly label: number;
}

/** A parameter. */
export interface NamedNumbers {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
