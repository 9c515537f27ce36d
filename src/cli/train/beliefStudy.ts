/** What comes of a training without labels: `belief.ts` makes it, `beliefCard.ts` tells it. */
import type { ImageSet } from "../../data/images/imageSet.ts";
import type { DeepBeliefNetwork } from "../../systems/deepBelief/deepBelief.ts";
import type { FilterSnapshot } from "../../systems/deepBelief/report.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** What came of one layer. */
export interface LearnedLayer {
  readonly groups: number;
  readonly kernel: number;
  /** Steps that were taken. */
  readonly steps: number;
  /** Mean squared error of the last reconstruction. */
  readonly error: number;
  /** Share of detection units that were on. */
  readonly active: number;
}

/** What came of a training without labels. */
export interface BeliefStudy {
  readonly network: DeepBeliefNetwork;
  readonly layers: readonly LearnedLayer[];
  readonly pictures: number;
  readonly size: number;
  readonly damaged: ImageSet["failures"];
  readonly forming: readonly FilterSnapshot[];
  /** Some of the pictures as the network sees them. */
  readonly shown: Tensor;
}
