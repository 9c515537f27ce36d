/**
 * Contrastive divergence: how a Boltzmann layer learns. The gradient of the likelihood is a difference: what the units do together
 * when they look at data, less what they do when the layer dreams. The dream is k steps of Gibbs sampling, begun at the data (CD-k) or
 * where the last one ended (persistent). Positive and negative phase, momentum, weight decay and sparsity are one plan.
 *
 * Sources: G. Hinton, "Training products of experts by minimizing contrastive divergence", Neural Computation 2002; T. Tieleman,
 * "Training restricted Boltzmann machines using approximations to the likelihood gradient", ICML 2008; H. Lee et al.,
 * "Sparse deep belief net model for visual area V2", NIPS 2007 (sparsity).
 */
import { type Optimizer, SGD } from "../../optim/index.ts";
import { ArgumentError } from "../../support/errors.ts";
import { add, divide, maximum, multiply, square, subtract } from "../../tensor/arithmetic.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { mean } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { poolBlocks, sampleBlocks } from "./blocks.ts";
import type { BoltzmannLayer } from "./boltzmannLayer.ts";
import { countTogether, gatherFilters, sizesOf } from "./windows.ts";

/** How a layer is trained. The defaults are the authors' recipe. */
export interface ContrastiveSettings {
  /** Default 0.01. */
  readonly learningRate?: number;
  /** Default 0.5; the recipe changes to 0.9 after five epochs: make a second one then. */
  readonly momentum?: number;
  /** Of the filters. Default 0.01. */
  readonly weightDecay?: number;
  /** ρ: the share of detection units that should be on. Default 0.003. */
  readonly sparsity?: number;
  /** How strongly the biases are drawn to it. Default 5; 0 leaves it out. */
  readonly sparsityRate?: number;
  /** k: steps of Gibbs sampling of the negative phase. Default 1. */
  readonly steps?: number;
  /** What the negative phase shows the layer: the mean of the visible units, as the recipe has it, or drawn states. Default `"means"`. */
  readonly dream?: "means" | "states";
  /** Does the visible bias learn? Default: where the visible units are binary. */
  readonly learnVisibleBias?: boolean;
  /** Where persistent chains begin, [chains, channels, height, width]. Left out, every dream begins at the data. */
  readonly chains?: Tensor;
  /** σ is multiplied by this after each step (Gaussian units), down to `leastDeviation`. Default 1. */
  readonly deviationDecay?: number;
  /** Default 0.1. */
  readonly leastDeviation?: number;
}

/** ρ of the authors' recipe. */
export const usualSparsity = 0.003;

/** Of how often units are on, from step to step. */
const kept = 0.97;

/** What units do together, on average over pictures and places: the derivative of −E by the parameters. */
export interface Statistics {
  /** [groups, channels, kernel, kernel] */
  readonly weight: Tensor;
  /** [groups] */
  readonly hiddenBias: Tensor;
  /** [channels] */
  readonly visibleBias: Tensor;
}

/**
 * What visible and detection units do together: Σ h v, Σ h over the places of a group, each divided by their number, and the mean of v.
 * @param detection states or probabilities, [count, cells, groups, rows, columns]
 */
export function countStatistics(layer: BoltzmannLayer, visible: Tensor, detection: Tensor): Statistics {
  const { kernel, block } = layer.settings;
  const [count] = sizesOf(visible, "[count, channels, height, width]");
  const [, cells = 1, , rows = 1, columns = 1] = detection.shape;
  const together = gatherFilters(countTogether(visible, detection, kernel, block), kernel, block);
  return {
    weight: divide(together, count * cells * rows * columns),
    // In two steps: what is added up over places of a group alone stays fast to compute together with the units
    hiddenBias: mean(mean(detection, [3, 4]), [0, 1]),
    visibleBias: mean(visible, [0, 2, 3]),
  };
}

/**
 * Contrastive divergence with one layer: `step` is to be compiled.
 *
 * @example
 * ```ts
 * import { BoltzmannLayer, ContrastiveDivergence } from "smilodon/deep-belief";
 * import { compile, random, type Tensor } from "smilodon";
 * const layer = new BoltzmannLayer({ channels: 1, groups: 4, kernel: 5, visible: "gaussian" });
 * const learning = new ContrastiveDivergence(layer, { learningRate: 0.02 });
 * const step = compile((patches: Tensor) => learning.step(patches).error);
 * console.log(await step(random.normal([8, 1, 14, 14])).item()); // mean squared error of the reconstruction
 * ```
 */
export class ContrastiveDivergence {
  readonly layer: BoltzmannLayer;
  readonly optimizer: Optimizer;
  /** Visible units of persistent chains. */
  readonly chains: Parameter | undefined;
  readonly #settings: Required<Omit<ContrastiveSettings, "chains" | "learningRate" | "momentum" | "weightDecay">>;

  /** @throws ArgumentError where `steps` is no whole number of 1 or more. */
  constructor(layer: BoltzmannLayer, settings: ContrastiveSettings = {}) {
    const { learningRate = 0.01, momentum = 0.5, weightDecay = 0.01, chains, ...others } = settings;
    const learnVisibleBias = layer.settings.visible === "binary";
    this.#settings = {
      sparsity: usualSparsity,
      sparsityRate: 5,
      steps: 1,
      dream: "means",
      learnVisibleBias,
      deviationDecay: 1,
      leastDeviation: 0.1,
      ...others,
    };
    const { steps } = this.#settings;
    if (!Number.isInteger(steps) || steps < 1)
      throw new ArgumentError(`ContrastiveDivergence: ${steps} steps; it has to be a whole number of 1 or more.`, {
        steps,
      });
    this.layer = layer;
    this.chains = chains === undefined ? undefined : new Parameter(chains, { trainable: false, name: "chains" });
    const biases = this.#settings.learnVisibleBias ? [layer.hiddenBias, layer.visibleBias] : [layer.hiddenBias];
    this.optimizer = new SGD([{ parameters: [layer.weight] }, { parameters: biases, weightDecay: 0 }], {
      learningRate,
      momentum,
      weightDecay,
    });
  }

  /**
   * One step on `visible`, [count, channels, height, width].
   * @returns the mean squared error of the first reconstruction, and the share of detection units that are on: scalars
   */
  step(visible: Tensor): { readonly error: Tensor; readonly active: Tensor } {
    const { sparsity, sparsityRate, learnVisibleBias, deviationDecay, leastDeviation } = this.#settings;
    const inputs = this.layer.inputs(visible);
    const awake = countStatistics(this.layer, visible, poolBlocks(inputs).detection);
    const { first, last } = this.#dream(inputs);
    const asleep = countStatistics(this.layer, last, this.layer.infer(last).detection);
    const towardsSparsity = multiply(subtract(awake.hiddenBias, sparsity), sparsityRate);
    const gradients = [
      subtract(asleep.weight, awake.weight),
      add(subtract(asleep.hiddenBias, awake.hiddenBias), towardsSparsity),
    ];
    if (learnVisibleBias) gradients.push(subtract(asleep.visibleBias, awake.visibleBias));
    this.optimizer.step(gradients);
    const { deviation, usual } = this.layer;
    usual.assign(add(multiply(usual.value, kept), multiply(awake.hiddenBias, 1 - kept)));
    if (deviationDecay !== 1) deviation.assign(maximum(multiply(deviation.value, deviationDecay), leastDeviation));
    return { error: mean(square(subtract(first, visible))), active: mean(awake.hiddenBias) };
  }

  /** Visible units after the first step and after the last. @param inputs of the detection units at the data */
  #dream(inputs: Tensor): { readonly first: Tensor; readonly last: Tensor } {
    const first = this.#show(sampleBlocks(inputs));
    if (this.chains === undefined) return { first, last: this.#continue(first, this.#settings.steps - 1) };
    const last = this.#continue(this.chains.value, this.#settings.steps);
    this.chains.assign(last);
    return { first, last };
  }

  #continue(visible: Tensor, steps: number): Tensor {
    let current = visible;
    for (let step = 0; step < steps; step++) current = this.#show(this.layer.sampleHidden(current));
    return current;
  }

  #show(detection: Tensor): Tensor {
    return this.#settings.dream === "means" ? this.layer.reconstruct(detection) : this.layer.sampleVisible(detection);
  }
}
