/**
 * Calibration: from values that a network has seen to the range that its integers should cover. Values are counted on the device, in
 * bins that widen as larger ones come; what is read back are the counts.
 */
import { ArgumentError, DataError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { add, clip, floor, multiply } from "../../tensor/arithmetic.ts";
import { astype } from "../../tensor/cast.ts";
import { ones, zeros } from "../../tensor/creation.ts";
import { scatterAdd } from "../../tensor/indexing.ts";
import { stack } from "../../tensor/joining.ts";
import { reshape } from "../../tensor/manipulate.ts";
import { max, min } from "../../tensor/reduce.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { requireFloats } from "./affine.ts";
import { leastDivergence, leastError } from "./ranges.ts";

/** How an observer chooses the range. */
export interface ObserverOptions {
  /**
   * `"minmax"`: all that was seen. `"percentile"`: without the outermost values. `"mse"`: least mean square of what rounding and
   * clipping change. `"entropy"`: least divergence of the distribution. Default `"minmax"`.
   */
  readonly method?: "minmax" | "percentile" | "mse" | "entropy";
  /** Of the values that stay inside, for `"percentile"`. Default 99.99. */
  readonly percentile?: number;
  /** Of the integers. Default 8. */
  readonly bits?: 4 | 8;
  /** i8 around 0, or u8 with a zero point. Default false. */
  readonly symmetric?: boolean;
}

/** A range of floats, and how integers cover it. */
export interface Calibration {
  readonly low: number;
  readonly high: number;
  /** f32 of shape [] */
  readonly scale: Tensor;
  /** i8 or u8 of shape [] */
  readonly zeroPoint: Tensor;
}

/** Bins on each side of 0. */
const sideBins = 2048;

/**
 * Watches tensors go by, and says which scale and zero point suit them.
 *
 * Source of `"entropy"`: S. Migacz, "8-bit inference with TensorRT", GTC 2017.
 *
 * @example
 * ```ts
 * import { tensor } from "smilodon";
 * import { Observer, quantizeLinear } from "smilodon/quantization";
 * const observer = new Observer({ method: "percentile", percentile: 99 });
 * await observer.observe(tensor([-1, 0.5, 1.55]));
 * const { scale, zeroPoint } = observer.calibration();
 * console.log(await quantizeLinear(tensor([0, 1]), scale, zeroPoint).toArray()); // [100, 200]
 * ```
 */
export class Observer {
  readonly #options: Required<ObserverOptions>;
  /** From −reach to reach. */
  readonly #counts = new Float64Array(2 * sideBins);
  #reach = 0;
  #low = Infinity;
  #high = -Infinity;

  /** @throws ArgumentError where the percentile is not above 0 and up to 100. */
  constructor({ method = "minmax", percentile = 99.99, bits = 8, symmetric = false }: ObserverOptions = {}) {
    if (!(percentile > 0 && percentile <= 100))
      throw new ArgumentError(`Observer: the percentile is ${percentile}; it has to be above 0 and at most 100.`, {
        percentile,
      });
    this.#options = { method, percentile, bits, symmetric };
  }

  /**
   * Counts the values of `x`.
   * @throws DtypeError where it is no float; DataError where a value is not finite.
   */
  async observe(x: Tensor): Promise<void> {
    requireFloats("observe", { x });
    if (x.size === 0) return;
    const values = reshape(astype(x, "f32"), [x.size]);
    const [low = NaN, high = NaN] = await stack([min(values), max(values)]).data();
    if (!Number.isFinite(low) || !Number.isFinite(high))
      throw new DataError(`observe: values go from ${low} to ${high}; what is not finite has no place in a range.`, {
        low,
        high,
      });
    this.#low = Math.min(this.#low, low);
    this.#high = Math.max(this.#high, high);
    if (this.#options.method === "minmax") return;
    this.#widen(Math.max(Math.abs(low), Math.abs(high)));
    if (this.#reach === 0) return;
    const bins = floor(add(multiply(values, sideBins / this.#reach), sideBins));
    const places = astype(clip(bins, 0, 2 * sideBins - 1), "i32");
    const counts = scatterAdd(zeros([2 * sideBins], { dtype: "i32" }), places, ones([x.size], { dtype: "i32" }));
    const found = await counts.data();
    for (let bin = 0; bin < this.#counts.length; bin++) this.#counts[bin] = at(this.#counts, bin) + Number(found[bin]);
  }

  /**
   * The range for what was seen so far.
   * @throws DataError where nothing was.
   */
  calibration(): Calibration {
    if (this.#low > this.#high) throw new DataError("calibration: no values were observed. Call observe first.", {});
    const { bits, symmetric } = this.#options;
    const [low, high] = this.#range();
    const levels = 2 ** bits - 1;
    const most = Math.max(-low, high);
    const span = symmetric ? most / ((levels - 1) / 2) : (high - low) / levels;
    const scale = span === 0 ? 1 : span;
    const zero = symmetric ? 0 : Math.min(levels, Math.max(0, Math.round(-low / scale)));
    return {
      low: symmetric ? -most : low,
      high: symmetric ? most : high,
      scale: tensor(scale),
      zeroPoint: tensor(zero, { dtype: symmetric ? "i8" : "u8" }),
    };
  }

  /** The range, 0 inside. */
  #range(): readonly [low: number, high: number] {
    const { method, percentile, bits, symmetric } = this.#options;
    const whole = [Math.min(0, this.#low), Math.max(0, this.#high)] as const;
    if (method === "minmax" || this.#reach === 0) return whole;
    const histogram = { counts: this.#counts, reach: this.#reach };
    const within = (low: number, high: number) => [Math.max(whole[0], low), Math.min(whole[1], high)] as const;
    if (method === "percentile") {
      const outside = 1 - percentile / 100;
      return within(Math.min(0, this.#edge(outside / 2, -1)), Math.max(0, this.#edge(outside / 2, 1)));
    }
    if (method === "mse") return leastError(histogram, whole, bits, symmetric);
    const threshold = leastDivergence(histogram, bits);
    return within(-threshold, threshold);
  }

  /** The outermost bin edge on one side beyond which no more than `share` of the values are. */
  #edge(share: number, side: -1 | 1): number {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    const width = this.#reach / sideBins;
    let beyond = 0;
    for (let step = 0; step < this.#counts.length; step++) {
      const bin = side === 1 ? this.#counts.length - 1 - step : step;
      beyond += at(this.#counts, bin);
      if (beyond > share * total) return width * ((side === 1 ? bin + 1 : bin) - sideBins);
    }
    return 0;
  }

  /** Doubles the reach until `most` is inside: two bins become one. */
  #widen(most: number): void {
    if (most === 0) return;
    if (this.#reach === 0) {
      this.#reach = most;
      return;
    }
    while (this.#reach < most) {
      const before = this.#counts.slice();
      this.#counts.fill(0);
      before.forEach((count, bin) => {
        const place = sideBins + Math.floor((bin - sideBins) / 2);
        this.#counts[place] = at(this.#counts, place) + count;
      });
      this.#reach *= 2;
    }
  }
}
