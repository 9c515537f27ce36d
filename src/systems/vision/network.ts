/**
 * What all networks for pictures are: parts with names, one after the other, so that explanations can look at what each gives. The
 * first part brings pixels to mean 0 and deviation 1, so a saved network takes plain pictures. `networks/` has them, `learn.ts` trains them.
 */
import type { Stage, StagedNetwork } from "../../explain/stagedNetwork.ts";
import { Module } from "../../nn/module.ts";
import { divide, subtract } from "../../tensor/arithmetic.ts";
import { ones, zeros } from "../../tensor/creation.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { mean } from "../../tensor/reduce.ts";
import { std } from "../../tensor/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { NetworkShape } from "./settings.ts";

/**
 * A network for pictures.
 *
 * @example
 * ```ts
 * import { random } from "smilodon";
 * import { createNetwork } from "smilodon/systems/vision";
 * const network = createNetwork({ network: "resnet20", channels: 3, height: 32, width: 32, classes: 10 }).eval();
 * console.log(network.stages.map(({ name }) => name)); // ["standardize", "stem", "layer1", "layer2", "layer3", "head"]
 * console.log(network.forward(random.uniform([2, 3, 32, 32])).shape); // [2, 10]
 * ```
 */
export class VisionNetwork extends Module implements StagedNetwork {
  /** What makes this network again, without its weights. */
  readonly settings: NetworkShape;
  readonly parts: Readonly<Record<string, Module>>;

  /** @param parts what follows `standardize`, by name and in order; the last gives scores, those before it maps [n, channels, height, width] */
  constructor(settings: NetworkShape, parts: Readonly<Record<string, Module>>) {
    super();
    this.settings = settings;
    this.parts = { standardize: new Standardize(settings.channels), ...parts };
  }

  /** The parts in order, by name. */
  get stages(): readonly Stage[] {
    return Object.entries(this.parts).map(([name, part]) => ({ name, forward: (x) => part.forward(x) }));
  }

  /** Pictures [n, channels, height, width] from 0 to 1 to scores (logits) [n, classes]. */
  forward(pictures: Tensor): Tensor {
    let x = pictures;
    for (const part of Object.values(this.parts)) x = part.forward(x);
    return x;
  }

  /**
   * Takes from a few hundred pictures what is not learned: their mean and deviation, and for `airbench` the filters of its first
   * layer. Before training, once.
   * @param pictures [n, channels, height, width] from 0 to 1
   */
  prepare(pictures: Tensor): void {
    let x = pictures;
    for (const part of Object.values(this.parts)) {
      if (!(part instanceof PreparedPart)) return;
      part.prepare(x);
      x = part.forward(x);
    }
  }
}

/** A part at the beginning whose values come from pictures, not from training. */
export abstract class PreparedPart extends Module {
  /** @param x some of what it will be given */
  abstract prepare(x: Tensor): void;
}

/** (x − mean) / deviation for each channel. */
export class Standardize extends PreparedPart {
  /** [channels, 1, 1] */
  readonly mean: Parameter;
  /** [channels, 1, 1] */
  readonly deviation: Parameter;

  constructor(channels: number) {
    super();
    this.mean = new Parameter(zeros([channels, 1, 1]), { trainable: false });
    this.deviation = new Parameter(ones([channels, 1, 1]), { trainable: false });
  }

  prepare(x: Tensor): void {
    const axes = [0, 2, 3];
    this.mean.assign(reshape(mean(x, axes), this.mean.shape));
    // Pictures of one colour throughout: nothing is divided by zero
    this.deviation.assign(reshape(std(x, axes).maximum(1e-3), this.deviation.shape));
  }

  forward(x: Tensor): Tensor {
    return divide(subtract(x, this.mean.value), this.deviation.value);
  }
}
