/**
 * Arithmetic of complex numbers, on their parts: the formulas behind `Complex`. A missing imaginary part is zero and
 * costs nothing.
 */
import { abs as magnitude, maximum, square } from "../../tensor/arithmetic.ts";
import { stopGradient } from "../../tensor/cast.ts";
import { where } from "../../tensor/comparison.ts";
import { matmul as product } from "../../tensor/linear.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { cos, exp as power, sin } from "../../tensor/transcendental.ts";

/** Real and imaginary part, of shapes that broadcast. */
export interface Parts {
  readonly real: Tensor;
  readonly imag?: Tensor;
}

export function add(a: Parts, b: Parts): Parts {
  const imag = a.imag === undefined || b.imag === undefined ? (a.imag ?? b.imag) : a.imag.add(b.imag);
  return parts(a.real.add(b.real), imag);
}

export function subtract(a: Parts, b: Parts): Parts {
  return add(a, parts(b.real.negative(), b.imag?.negative()));
}

export function multiply(a: Parts, b: Parts): Parts {
  return bilinear((x, y) => x.multiply(y), a, b);
}

export function matmul(a: Parts, b: Parts): Parts {
  return bilinear((x: Tensor, y: Tensor) => product(x, y), a, b);
}

/** A product that is linear in both: (x + iy)(u + iv) = (xu − yv) + i(xv + yu). */
function bilinear(times: (x: Tensor, y: Tensor) => Tensor, a: Parts, b: Parts): Parts {
  const real = times(a.real, b.real);
  const [right, left] = [b.imag && times(a.real, b.imag), a.imag && times(a.imag, b.real)];
  if (a.imag === undefined || b.imag === undefined) return parts(real, right ?? left);
  return parts(real.subtract(times(a.imag, b.imag)), left && right?.add(left));
}

/** Smith's method: numerator and denominator are divided by the larger part of the denominator first. */
export function divide(a: Parts, b: Parts): Parts {
  if (b.imag === undefined) return parts(a.real.divide(b.real), a.imag?.divide(b.real));
  const isReal = magnitude(b.real).greaterEqual(magnitude(b.imag));
  const [large, small] = [where(isReal, b.real, b.imag), where(isReal, b.imag, b.real)];
  const ratio = where(large.equal(0), 0, small.divide(large));
  const denominator = large.add(small.multiply(ratio));
  const imag = a.imag ?? a.real.multiply(0);
  const [first, second] = [where(isReal, a.real, imag), where(isReal, imag, a.real)];
  const across = second.subtract(first.multiply(ratio));
  return parts(
    first.add(second.multiply(ratio)).divide(denominator),
    where(isReal, across, across.negative()).divide(denominator),
  );
}

/** √(x² + y²) of numbers that were scaled to about 1; the scale is a constant to derivatives, which are right all the same. */
export function abs({ real, imag }: Required<Parts>): Tensor {
  const largest = stopGradient(maximum(magnitude(real), magnitude(imag)));
  const isInfinite = real.isInf().logicalOr(imag.isInf());
  const scale = where(largest.equal(0).logicalOr(isInfinite), 1, largest);
  const sum = square(real.divide(scale)).add(square(imag.divide(scale)));
  const isZero = sum.equal(0);
  const root = where(isZero, 1, sum).sqrt().multiply(scale);
  return where(isInfinite, Infinity, where(isZero, 0, root));
}

/** eˣ(cos y + i sin y); where eˣ is 0 or infinite, as C has it: e^−∞ is 0 whatever y, and e^(∞ + 0i) is ∞ + 0i. */
export function exp({ real, imag }: Required<Parts>): Parts {
  const size = power(real);
  const isNothing = size.equal(0);
  const isOnAxis = imag.equal(0).logicalAnd(size.equal(Infinity));
  return {
    real: where(isNothing, 0, size.multiply(cos(imag))),
    imag: where(isNothing, 0, where(isOnAxis, imag, size.multiply(sin(imag)))),
  };
}

function parts(real: Tensor, imag: Tensor | undefined): Parts {
  return imag === undefined ? { real } : { real, imag };
}
