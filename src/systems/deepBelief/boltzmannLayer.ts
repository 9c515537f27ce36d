/**
 * A convolutional restricted Boltzmann machine: visible units (pixels, or the pooling units of the layer below), groups of detection
 * units that share a filter each, and pooling units over blocks of them. `contrastive.ts` trains it, `deepBelief.ts` stacks it.
 *
 * Source: H. Lee, R. Grosse, R. Ranganath, A. Ng, "Convolutional deep belief networks for scalable unsupervised learning of
 * hierarchical representations", ICML 2009, sections 3.1 to 3.3.
 */
import { normal } from "../../nn/init.ts";
import { Module } from "../../nn/module.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { sigmoid } from "../../tensor/activation.ts";
import { add, divide, maximum, minimum, multiply, negative, square, subtract } from "../../tensor/arithmetic.ts";
import { less, where } from "../../tensor/comparison.ts";
import { full, zeros } from "../../tensor/creation.ts";
import { expandDims, reshape } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { bernoulli, normal as drawNormal } from "../../tensor/random.ts";
import { mean, sum } from "../../tensor/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { log } from "../../tensor/transcendental.ts";
import { addFromAbove, type Blocks, blockEvidence, poolBlocks, poolingOdds, sampleBlocks } from "./blocks.ts";
import { correlateFilters, drawFilters, sizesOf } from "./windows.ts";

/** What a layer consists of. All of it is plain JSON. */
export interface BoltzmannSettings {
  /** Channels of the visible units: 1 for grey pictures, the groups of the layer below for pooling units. */
  readonly channels: number;
  /** Filters; each has a group of detection units. */
  readonly groups: number;
  /** Pixels of a filter along each side. */
  readonly kernel: number;
  /** C: detection units along each side of a block. 1 leaves pooling out. Default 2. */
  readonly block?: number;
  /** Visible units are 0 or 1, or real numbers with normally distributed noise. Default `"binary"`. */
  readonly visible?: "binary" | "gaussian";
  /** σ: the deviation of Gaussian visible units. Default 0.2. */
  readonly deviation?: number;
  /** Default f32; f64 for tests. */
  readonly dtype?: "f32" | "f64";
}

/** Deviation of first weights, and first bias of detection units (the authors' recipe). */
const [firstDeviation, firstBias] = [0.01, -0.1];

/** Probabilities from above are taken no nearer to 0 and 1: a layer above is not so sure. */
const leastDoubt = 1e-3;

/** Shares of filters are sums of squares: what comes so near to 1 is all. */
const wholly = 0.999;

/** What a layer makes of visible units of which some are unknown. */
export interface PartialView {
  /** Inputs of the detection units, [count, cells, groups, rows, columns]. */
  readonly inputs: Tensor;
  /** What share of each pooling unit's filter lies on what is known, [count, groups, rows, columns], from 0 to 1. */
  readonly known: Tensor;
}

/**
 * A convolutional restricted Boltzmann machine with probabilistic max-pooling.
 *
 * E(v, h) = ½ Σ (v − c)² / σ² − Σ h · (W̃ * v + b) / σ² with Gaussian visible units, and − Σ c v − Σ h · (W̃ * v + b) with binary ones;
 * at most one detection unit of a block is on. On pictures of 1 × 1 with filters of 1 × 1 and blocks of 1 it is a fully connected machine
 * whose visible units are the channels: see `fullyConnected`.
 *
 * @example
 * ```ts
 * import { BoltzmannLayer } from "smilodon/deep-belief";
 * import { random } from "smilodon";
 * const layer = new BoltzmannLayer({ channels: 1, groups: 24, kernel: 10, visible: "gaussian" });
 * const { detection, pooling } = layer.infer(random.normal([4, 1, 69, 69]));
 * console.log(detection.shape, pooling.shape); // [4, 4, 24, 30, 30], [4, 24, 30, 30]
 * ```
 */
export class BoltzmannLayer extends Module {
  readonly settings: Required<BoltzmannSettings>;
  /** [groups, channels, kernel, kernel] */
  readonly weight: Parameter;
  /** b, [groups] */
  readonly hiddenBias: Parameter;
  /** c, [channels] */
  readonly visibleBias: Parameter;
  /** σ, a scalar; 1 with binary visible units. Training may lower it. */
  readonly deviation: Parameter;
  /** Share of each group's detection units that are on, as training last saw it, [groups]: what is usual where nothing is known. */
  readonly usual: Parameter;

  /** @throws ArgumentError for sizes that are no whole numbers of 1 or more, and a deviation that is not above 0. */
  constructor(settings: BoltzmannSettings) {
    super();
    const { block = 2, visible = "binary", deviation = 0.2, dtype = "f32" } = settings;
    const { channels, groups, kernel } = settings;
    for (const [name, size] of Object.entries({ channels, groups, kernel, block }))
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError(`BoltzmannLayer: ${name} is ${size}; it has to be a whole number of 1 or more.`, {
          [name]: size,
        });
    if (!(deviation > 0))
      throw new ArgumentError(`BoltzmannLayer: the deviation is ${deviation}; it has to be above 0.`, { deviation });
    this.settings = { channels, groups, kernel, block, visible, deviation, dtype };
    this.weight = new Parameter(normal([groups, channels, kernel, kernel], 0, firstDeviation, { dtype }));
    this.hiddenBias = new Parameter(full([groups], firstBias, { dtype }));
    this.visibleBias = new Parameter(zeros([channels], { dtype }));
    const firstSigma = visible === "gaussian" ? deviation : 1;
    this.deviation = new Parameter(full([], firstSigma, { dtype }), { trainable: false });
    const odds = Math.exp(firstBias / firstSigma ** 2);
    this.usual = new Parameter(full([groups], odds / (1 + block ** 2 * odds), { dtype }), { trainable: false });
  }

  /** Pooling probabilities, [count, groups, rows, columns]: what the layer above sees. */
  forward(visible: Tensor): Tensor {
    return this.infer(visible).pooling;
  }

  /**
   * Inputs of the detection units, (W̃ * v + b) / σ²: [count, cells, groups, rows, columns].
   * @param visible [count, channels, height, width]
   * @param fromAbove what comes to the pooling units, [count, groups, rows, columns]
   * @throws ShapeError where the detection units make no whole blocks; it says which size would.
   */
  inputs(visible: Tensor, fromAbove?: Tensor): Tensor {
    const { groups, block } = this.settings;
    this.#requireChannels(visible);
    // Filters are few, inputs are many: σ² divides the filters
    const precision = divide(1, square(this.deviation.value));
    const products = correlateFilters(visible, multiply(this.weight.value, precision), block);
    const own = add(products, reshape(multiply(this.hiddenBias.value, precision), [groups, 1, 1]));
    return fromAbove === undefined ? own : addFromAbove(own, fromAbove);
  }

  /** Probabilities of detection and pooling units given the visible ones and, perhaps, the layer above. */
  infer(visible: Tensor, fromAbove?: Tensor): Blocks {
    return poolBlocks(this.inputs(visible, fromAbove));
  }

  /**
   * Inputs where only some visible units are known. An unknown one says nothing: the part of a filter's bias that balances what it would
   * see there gives way to how often the unit is on anyhow. The shares are those of the filter's energy, Σ w², on unknown units: integrating
   * Gaussian units out of one detection unit's energy gives the same line.
   * @param visible [count, channels, height, width]; unknown units may be anything finite
   * @param known from 0, unknown, to 1, in the shape of `visible`
   */
  partialInputs(visible: Tensor, known: Tensor): PartialView {
    const { groups, block } = this.settings;
    const energy = square(this.weight.value);
    const whole = reshape(maximum(sum(energy, [1, 2, 3]), 1e-30), [groups, 1, 1]);
    const unknown = divide(correlateFilters(subtract(1, known), energy, block), whole);
    const bias = reshape(divide(this.hiddenBias.value, square(this.deviation.value)), [groups, 1, 1]);
    const off = subtract(1, multiply(this.usual.value, block * block));
    const usual = reshape(log(divide(this.usual.value, off)), [groups, 1, 1]);
    const inputs = add(this.inputs(multiply(visible, known)), multiply(unknown, subtract(usual, bias)));
    return { inputs, known: subtract(1, mean(unknown, 1)) };
  }

  /**
   * Inputs where the layer above decides about pooling units that do not see all there is: moved, all cells of a block alike, to where
   * the pooling unit is on with the probability expected. Units that see everything stay as they are.
   * @param expected [count, groups, rows, columns]; what is outside of 0 to 1 counts as these
   * @returns [count, cells, groups, rows, columns]
   */
  expect({ inputs, known }: PartialView, expected: Tensor): Tensor {
    const moved = addFromAbove(inputs, subtract(logOdds(expected), poolingOdds(inputs)));
    return where(expandDims(less(known, wholly), 1), moved, inputs);
  }

  /** Drawn states of the detection units. */
  sampleHidden(visible: Tensor, fromAbove?: Tensor): Tensor {
    return sampleBlocks(this.inputs(visible, fromAbove));
  }

  /**
   * What comes to the visible units from the detection units, Σ W * h + c: the mean of Gaussian units, the log-odds of binary ones.
   * @param detection states or probabilities, [count, cells, groups, rows, columns]
   */
  inputsBelow(detection: Tensor): Tensor {
    const drawn = drawFilters(detection, this.weight.value, this.settings.block);
    return add(drawn, reshape(this.visibleBias.value, [this.settings.channels, 1, 1]));
  }

  /**
   * What the layer tells the pooling units below it, Σ Γ * h / σ²: their part of the energy that both share.
   * @param detection states or probabilities, [count, cells, groups, rows, columns]
   */
  messageBelow(detection: Tensor): Tensor {
    const drawn = drawFilters(detection, this.weight.value, this.settings.block);
    return divide(drawn, square(this.deviation.value));
  }

  /** The mean of the visible units given the detection units: [count, channels, height, width]. */
  reconstruct(detection: Tensor): Tensor {
    const inputs = this.inputsBelow(detection);
    return this.settings.visible === "gaussian" ? inputs : sigmoid(inputs);
  }

  /** Drawn states of the visible units. */
  sampleVisible(detection: Tensor): Tensor {
    const expected = this.reconstruct(detection);
    const { visible, dtype } = this.settings;
    if (visible === "binary") return bernoulli(expected.shape, expected).astype(dtype);
    return add(expected, multiply(drawNormal(expected.shape, { dtype }), this.deviation.value));
  }

  /** E(v, h) of each picture, [count]. @param detection as `sampleHidden` gives. */
  energy(visible: Tensor, detection: Tensor): Tensor {
    return subtract(this.#visibleEnergy(visible), sum(multiply(this.inputs(visible), detection), [1, 2, 3, 4]));
  }

  /** F(v) = −ln Σₕ exp(−E(v, h)) of each picture, [count]. */
  freeEnergy(visible: Tensor): Tensor {
    return subtract(this.#visibleEnergy(visible), sum(blockEvidence(this.inputs(visible)), [1, 2, 3]));
  }

  #visibleEnergy(visible: Tensor): Tensor {
    const bias = reshape(this.visibleBias.value, [this.settings.channels, 1, 1]);
    if (this.settings.visible === "binary") return negative(sum(multiply(visible, bias), [1, 2, 3]));
    const distance = sum(square(subtract(visible, bias)), [1, 2, 3]);
    return divide(multiply(distance, 0.5), square(this.deviation.value));
  }

  #requireChannels(visible: Tensor): void {
    const [, channels] = sizesOf(visible, "[count, channels, height, width]");
    if (channels !== this.settings.channels)
      throw new ShapeError(
        `BoltzmannLayer: the visible units have ${channels} channels, shape [${visible.shape}], and the filters are for ` +
          `${this.settings.channels}.`,
        { shape: visible.shape, channels: this.settings.channels },
      );
  }
}

/** ln(p / (1 − p)), of p kept within the least doubt. */
function logOdds(probability: Tensor): Tensor {
  const kept = minimum(maximum(probability, leastDoubt), 1 - leastDoubt);
  return log(divide(kept, subtract(1, kept)));
}

/**
 * A fully connected restricted Boltzmann machine: the convolutional one on pictures of one pixel whose channels are the visible
 * units. Data is [count, visible, 1, 1].
 *
 * @example
 * ```ts
 * import { fullyConnected } from "smilodon/deep-belief";
 * import { random } from "smilodon";
 * const machine = fullyConnected(784, 128);
 * console.log(machine.forward(random.uniform([2, 784, 1, 1])).shape); // [2, 128, 1, 1]
 * ```
 */
export function fullyConnected(
  visibleUnits: number,
  hiddenUnits: number,
  options: Pick<BoltzmannSettings, "visible" | "deviation" | "dtype"> = {},
): BoltzmannLayer {
  return new BoltzmannLayer({ ...options, channels: visibleUnits, groups: hiddenUnits, kernel: 1, block: 1 });
}
