/** The parts of complex numbers as functions, as the Python array API standard has them; real numbers are complex ones, too. */
import { zerosLike } from "../../tensor/creation.ts";
import { requireTensor, type Tensor } from "../../tensor/tensor.ts";
import { Complex } from "./complex.ts";

/**
 * The real part of each number: x itself where it is real.
 * @throws ArgumentError where x is neither a Complex nor a Tensor.
 *
 * @example
 * ```ts
 * import { complex, real, tensor } from "smilodon";
 * console.log(await real(complex(tensor([1, 2]), 3)).toArray()); // [1, 2]
 * ```
 */
export function real(x: Complex | Tensor): Tensor {
  if (x instanceof Complex) return x.real;
  requireTensor("real", "x", x);
  return x;
}

/**
 * The imaginary part of each number: zeros where x is real.
 * @throws ArgumentError where x is neither a Complex nor a Tensor.
 *
 * @example
 * ```ts
 * import { complex, imag, tensor } from "smilodon";
 * console.log(await imag(complex(tensor([1, 2]), 3)).toArray()); // [3, 3]
 * ```
 */
export function imag(x: Complex | Tensor): Tensor {
  if (x instanceof Complex) return x.imag;
  requireTensor("imag", "x", x);
  return zerosLike(x);
}

/**
 * The conjugate of each number: the imaginary part with its other sign; x itself where it is real.
 * @throws ArgumentError where x is neither a Complex nor a Tensor.
 *
 * @example
 * ```ts
 * import { complex, conj, tensor } from "smilodon";
 * console.log(await conj(complex(tensor([1]), 3)).toArray()); // [[1, -3]]
 * ```
 */
export function conj(x: Complex): Complex;
export function conj(x: Tensor): Tensor;
export function conj(x: Complex | Tensor): Complex | Tensor;
export function conj(x: Complex | Tensor): Complex | Tensor {
  if (x instanceof Complex) return x.conj();
  requireTensor("conj", "x", x);
  return x;
}
