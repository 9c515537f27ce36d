/** Further smooth nonlinearities, and those that look at a whole row. */
import { logSigmoid } from "../../tensor/activation.ts";
import { logSoftmax, softmax } from "../../tensor/normalize.ts";
import { celu, glu, mish, selu, softsign, tanhshrink } from "../../tensor/smooth.ts";
import type { ShapeType, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module.ts";

/**
 * 1.0507 · elu(x, 1.6733): layers of it keep mean 0 and variance 1.
 *
 * Source: G. Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.SELU().forward(tensor([-Infinity, 1])).toArray()); // [-1.758…, 1.0507…]
 * ```
 */
export class SELU extends Module {
  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return selu(x);
  }
}

/**
 * x above 0, alpha · (e^(x/alpha) − 1) elsewhere.
 *
 * Source: J. Barron, "Continuously differentiable exponential linear units", 2017.
 */
export class CELU extends Module {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return celu(x, this.alpha);
  }
}

/**
 * x · tanh(softplus(x)).
 *
 * Source: D. Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.
 */
export class Mish extends Module {
  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return mish(x);
  }
}

/** x / (1 + |x|). */
export class Softsign extends Module {
  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/** x − tanh(x). */
export class Tanhshrink extends Module {
  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return tanhshrink(x);
  }
}

/** ln sigmoid(x). */
export class LogSigmoid extends Module {
  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return logSigmoid(x);
  }
}

/** Softmax along an axis, by default the last. Losses take logits: put none before `crossEntropy`. */
export class Softmax extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  /** The same shape. */
  forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return softmax(x, this.axis);
  }
}

/** Logarithm of the softmax along an axis, by default the last. */
export class LogSoftmax extends Softmax {
  /** The same shape. */
  override forward<S extends ShapeType>(x: Tensor<S>): Tensor<S>;
  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.axis);
  }
}

/**
 * a · sigmoid(b) of the two halves a and b of an axis, by default the last.
 *
 * Source: Y. Dauphin et al., "Language modeling with gated convolutional networks", ICML 2017.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "smilodon";
 * console.log(await new nn.GLU().forward(tensor([2, 0])).toArray()); // [1]
 * ```
 */
export class GLU extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  /** @throws ShapeError where the axis has no two halves. */
  forward(x: Tensor): Tensor {
    return glu(x, this.axis);
  }
}
