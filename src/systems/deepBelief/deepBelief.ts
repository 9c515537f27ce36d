/**
 * The convolutional deep belief network: Boltzmann layers on each other, the pooling units of one being the visible units of the
 * next. Bottom-up it gives features; with what comes from above it decides what an unclear picture shows. `learn.ts` trains it.
 *
 * Source: H. Lee et al., "Convolutional deep belief networks", ICML 2009, sections 3.4 to 3.6.
 */
import { Module } from "../../nn/module.ts";
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, divide, multiply, subtract } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { zeros } from "../../tensor/creation.ts";
import { broadcastTo, expandDims } from "../../tensor/manipulate.ts";
import { bernoulli } from "../../tensor/random.ts";
import { pad, slice } from "../../tensor/slice.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { addFromAbove, poolBlocks, pooled, poolingOdds, sampleBlocks } from "./blocks.ts";
import { BoltzmannLayer, type BoltzmannSettings, type PartialView } from "./boltzmannLayer.ts";
import { sizesOf } from "./windows.ts";

/** How the units of all layers are inferred together. */
export interface InferenceOptions {
  /** Rounds through all layers after the first pass upwards. Default 5. */
  readonly sweeps?: number;
  /** Probabilities take the place of states (mean field), or states are drawn (block Gibbs sampling). Default `"means"`. */
  readonly units?: "means" | "states";
}

/** What `fillIn` may be told besides. */
export interface FillInOptions {
  /** Probabilities take the place of states, or states are drawn on the way down. Default `"means"`. */
  readonly units?: "means" | "states";
  /** Do higher layers tell lower ones what they expect? Without it each layer has only what is below it. Default true. */
  readonly topDown?: boolean;
}

/**
 * Boltzmann layers on each other. Where the pooling units of a layer make no whole blocks of the next, their rim is left out.
 *
 * @example
 * ```ts
 * import { DeepBeliefNetwork } from "smilodon/deep-belief";
 * import { random } from "smilodon";
 * const network = new DeepBeliefNetwork([
 *   { channels: 1, groups: 4, kernel: 5, visible: "gaussian" },
 *   { channels: 4, groups: 6, kernel: 3 },
 * ]);
 * const features = network.forward(random.normal([2, 1, 20, 20]));
 * console.log(features.map(({ shape }) => shape)); // [[2, 4, 8, 8], [2, 6, 3, 3]]
 * ```
 */
export class DeepBeliefNetwork extends Module<readonly [Tensor], Tensor[]> {
  readonly layers: readonly BoltzmannLayer[];

  /** @throws ArgumentError where there are no layers, or the channels of one are not the groups of the one below. */
  constructor(layers: readonly BoltzmannSettings[]) {
    super();
    if (layers.length === 0) throw new ArgumentError("DeepBeliefNetwork: there are no layers.");
    for (const [index, { channels }] of layers.entries()) {
      const below = layers[index - 1]?.groups ?? channels;
      if (channels !== below)
        throw new ArgumentError(
          `DeepBeliefNetwork: layer ${index + 1} has ${channels} channels, and the layer below has ${below} groups.`,
          { layer: index + 1, channels, below },
        );
    }
    this.layers = layers.map((settings) => new BoltzmannLayer(settings));
  }

  /** Pooling probabilities of each layer from below, [count, groups, rows, columns] each: features. */
  forward(visible: Tensor): Tensor[] {
    return this.#upwards(visible).map((detection) => pooled(detection));
  }

  /** What layer `index` sees of pictures: their pixels, or pooling probabilities of the layers below. */
  seenBy(index: number, visible: Tensor): Tensor {
    return this.layers
      .slice(0, index)
      .reduce(
        (seen, layer, position) => fit(at(this.layers, position + 1), layer.forward(seen)),
        this.#fitted(visible),
      );
  }

  /**
   * Detection units of all layers that agree with what is seen and with each other: each layer gets its input from below and, from
   * the layer above, what that one draws.
   * @returns [count, cells, groups, rows, columns] of each layer
   */
  infer(visible: Tensor, options: InferenceOptions = {}): Tensor[] {
    const { sweeps = 5, units = "means" } = options;
    const detection = this.#upwards(visible, units);
    for (let sweep = 0; sweep < sweeps; sweep++) this.#sweep(this.#fitted(visible), detection, units);
    return detection;
  }

  /**
   * Log-odds of each layer's pooling units from below, [count, groups, rows, columns] each: in the order of their probabilities, and without
   * ties where those are 0 or 1 as far as numbers go.
   */
  odds(visible: Tensor): Tensor[] {
    let seen = visible;
    return this.layers.map((layer) => {
      const inputs = layer.inputs(fit(layer, seen));
      seen = poolBlocks(inputs).pooling;
      return poolingOdds(inputs);
    });
  }

  /**
   * Pictures whose unknown pixels are filled in with what the network expects there: once up with what is known, once down with what
   * is expected. A pooling unit that sees all its pixels keeps what they say. One that does not is on as likely as the layer above says,
   * which has heard of the known pixels by all units together; which unit of its block is on, what it does see says.
   *
   * Source: P(h | v, h') of Lee et al., section 3.6, with the pooling unit's state from above and the place in its block from below.
   * @param visible [count, channels, height, width]; unknown pixels may be anything finite
   * @param known where pixels are known, of booleans, in a shape that broadcasts to that of `visible`
   */
  fillIn(visible: Tensor, known: Tensor, options: FillInOptions = {}): Tensor {
    const { units = "means", topDown = true } = options;
    const isKnown = broadcastTo(known, visible.shape);
    const fromBelow = this.#lookUp(visible, isKnown.astype(visible.dtype), topDown ? this.layers.length : 1);
    let drawn: Tensor | undefined;
    for (const [index, view] of [...fromBelow.entries()].reverse()) {
      const layer = at(this.layers, index);
      const expected = drawn === undefined ? undefined : unfit(drawn, view.known);
      drawn = layer.reconstruct(decide(expected === undefined ? view.inputs : layer.expect(view, expected), units));
    }
    return drawn === undefined ? visible : where(isKnown, visible, unfit(drawn, visible));
  }

  /**
   * What pixels the units of layer `index` stand for: each filter as a weighted sum of the filters below it, down to pixels:
   * [groups, channels, height, width].
   */
  projectFilters(index: number): Tensor {
    const top = at(this.layers, index);
    let drawn: Tensor = top.weight.value;
    for (const layer of this.layers.slice(0, index).reverse()) {
      const { block } = layer.settings;
      // Which unit of a block is on is not known: all of them a little
      const cells = divide(expandDims(drawn, 1), block * block);
      const [count = 0, , groups = 0, rows = 0, columns = 0] = cells.shape;
      const detection = broadcastTo(cells, [count, block * block, groups, rows, columns]);
      drawn = subtract(layer.inputsBelow(detection), layer.inputsBelow(multiply(detection, 0)));
    }
    return drawn;
  }

  /**
   * Pictures that the network dreams: Gibbs sampling between the topmost layer and what it sees, then down to pixels.
   * @param start pictures to begin with, [count, channels, height, width]: noise, or data
   * @param sweeps steps of Gibbs sampling. Default 20
   */
  dream(start: Tensor, sweeps = 20): Tensor {
    const last = this.layers.length - 1;
    const top = at(this.layers, last);
    let seen = this.seenBy(last, start);
    for (let sweep = 0; sweep < sweeps; sweep++) seen = top.sampleVisible(top.sampleHidden(seen));
    let drawn: Tensor = top.reconstruct(top.infer(seen).detection);
    for (let index = last - 1; index >= 0; index--) {
      const layer = at(this.layers, index);
      const above = unfit(drawn, this.#poolingOf(index, start));
      drawn = layer.reconstruct(this.#spread(layer, above));
    }
    return drawn;
  }

  /** Inputs of the detection units of the lowest layers, from what is known alone. */
  #lookUp(visible: Tensor, isKnown: Tensor, layers: number): PartialView[] {
    let [seen, known] = [visible, isKnown];
    return this.layers.slice(0, layers).map((layer) => {
      const view = layer.partialInputs(fit(layer, seen), fit(layer, known));
      seen = poolBlocks(view.inputs).pooling;
      known = view.known;
      return view;
    });
  }

  /** Detection units of each layer on the way up. */
  #upwards(visible: Tensor, units: "means" | "states" = "means"): Tensor[] {
    const detection: Tensor[] = [];
    let seen = visible;
    for (const layer of this.layers) {
      const found = decide(layer.inputs(fit(layer, seen)), units);
      detection.push(found);
      seen = pooled(found);
    }
    return detection;
  }

  /** One round through all layers, from below: each is decided anew, given its neighbours as they are now. */
  #sweep(visible: Tensor, detection: Tensor[], units: "means" | "states"): void {
    for (const [index, layer] of this.layers.entries()) {
      const below = index === 0 ? visible : fit(layer, pooled(at(detection, index - 1)));
      const inputs = layer.inputs(below);
      const [above, drawing] = [this.layers[index + 1], detection[index + 1]];
      const fromAbove =
        above === undefined || drawing === undefined
          ? undefined
          : unfit(above.messageBelow(drawing), pooled(at(detection, index)));
      detection[index] = decide(fromAbove === undefined ? inputs : addFromAbove(inputs, fromAbove), units);
    }
  }

  #fitted(visible: Tensor): Tensor {
    return fit(at(this.layers, 0), visible);
  }

  /** A tensor of the shape of the pooling units of layer `index`. */
  #poolingOf(index: number, visible: Tensor): Tensor {
    return at(this.layers, index).forward(this.seenBy(index, visible));
  }

  /** Detection units drawn for pooling units of these probabilities: one unit of a block, each equally likely. */
  #spread(layer: BoltzmannLayer, pooling: Tensor): Tensor {
    const { block, dtype } = layer.settings;
    const [count = 0, groups = 0, rows = 0, columns = 0] = pooling.shape;
    const isOn = bernoulli(pooling.shape, pooling).astype(dtype);
    const one = sampleBlocks(add(zeros([count, block * block, groups, rows, columns], { dtype }), 50));
    return multiply(one, expandDims(isOn, 1));
  }
}

function decide(inputs: Tensor, units: "means" | "states"): Tensor {
  return units === "means" ? poolBlocks(inputs).detection : sampleBlocks(inputs);
}

/** The middle of `seen`, as large as makes whole blocks of `layer`. */
function fit(layer: BoltzmannLayer, seen: Tensor): Tensor {
  const { kernel, block } = layer.settings;
  const [, , height, width] = sizesOf(seen, "[count, channels, height, width]");
  const cut = (size: number): [number, number] => {
    const rest = size < kernel ? 0 : (size - kernel + 1) % block;
    const before = Math.floor(rest / 2);
    return [before, size - (rest - before)];
  };
  return slice(seen, null, null, cut(height), cut(width));
}

/** `drawn` with the rim that `fit` left out of something like `whole`, as zeros. */
function unfit(drawn: Tensor, whole: Tensor): Tensor {
  const rim = (axis: number): [number, number] => {
    const rest = at(whole.shape, axis) - at(drawn.shape, axis);
    return [Math.floor(rest / 2), rest - Math.floor(rest / 2)];
  };
  return pad(drawn, [[0, 0], [0, 0], rim(2), rim(3)]);
}
