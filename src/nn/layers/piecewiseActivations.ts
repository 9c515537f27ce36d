/** Nonlinearities of straight pieces. Derivatives at the corners are PyTorch's. */
import { reshape } from "../../tensor/manipulate.ts";
import { Parameter } from "../../tensor/parameter.ts";
import { hardSigmoid, hardSwish, hardshrink, hardTanh, prelu, softshrink, threshold } from "../../tensor/piecewise.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { constant, type InitOptions } from "../init.ts";
import { Module } from "../module.ts";
import { requireCounts } from "./counts.ts";

/**
 * x, kept between `low` and `high`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.Hardtanh().forward(tensor([-3, 0.5, 7])).toArray()); // [-1, 0.5, 1]
 * ```
 */
export class Hardtanh extends Module {
  readonly low: number;
  readonly high: number;

  constructor(low = -1, high = 1) {
    super();
    this.low = low;
    this.high = high;
  }

  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return hardTanh(x, this.low, this.high);
  }
}

/** x, kept between 0 and 6. */
export class ReLU6 extends Hardtanh {
  constructor() {
    super(0, 6);
  }
}

/** x / 6 + ½, kept between 0 and 1: a sigmoid of straight lines. */
export class Hardsigmoid extends ReLU6 {
  /** The same shape. */
  override forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  override forward(x: Tensor): Tensor {
    return hardSigmoid(x);
  }
}

/**
 * x · hardsigmoid(x).
 *
 * Source: A. Howard et al., "Searching for MobileNetV3", ICCV 2019.
 */
export class Hardswish extends Hardsigmoid {
  /** The same shape. */
  override forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  override forward(x: Tensor): Tensor {
    return hardSwish(x);
  }
}

/** x where it is above `threshold`, `value` elsewhere. */
export class Threshold extends Module {
  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number) {
    super();
    this.threshold = threshold;
    this.value = value;
  }

  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return threshold(x, this.threshold, this.value);
  }
}

/** x where it is farther than `limit` from 0, 0 elsewhere. */
export class Hardshrink extends Module {
  readonly limit: number;

  constructor(limit = 0.5) {
    super();
    this.limit = limit;
  }

  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return hardshrink(x, this.limit);
  }
}

/** x brought `limit` nearer to 0, and 0 where it is nearer already. */
export class Softshrink extends Hardshrink {
  /** The same shape. */
  override forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  override forward(x: Tensor): Tensor {
    return softshrink(x, this.limit);
  }
}

/**
 * x above 0, weight · x elsewhere, with a learned weight, one in all or one for each channel.
 *
 * Source: K. He et al., "Delving deep into rectifiers", ICCV 2015.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.PReLU().forward(tensor([-4, 2])).toArray()); // [-1, 2]
 * ```
 */
export class PReLU extends Module {
  /** [count] */
  readonly weight: Parameter;

  /**
   * @param count 1, or the size of axis 1 of the inputs
   * @param initial what the weights begin with
   */
  constructor(count = 1, initial = 0.25, options: InitOptions = {}) {
    super();
    requireCounts("PReLU", { count });
    this.weight = new Parameter(constant([count], initial, options));
  }

  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    const [count = 1] = this.weight.shape;
    const slopes =
      count === 1 ? this.weight.value : reshape(this.weight.value, [count, ...x.shape.slice(2).map(() => 1)]);
    return prelu(x, slopes);
  }
}
