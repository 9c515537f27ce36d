/** Fourier transforms, as the Python array API standard's extension `fft` has them, and those in two dimensions. */
export { fft, fft2, fftn, ifft, ifft2, ifftn, type TransformAxesOptions } from "./complexTransforms.ts";
export {
  type FrequencyOptions,
  fftfreq,
  fftshift,
  ifftshift,
  rfftfreq,
  type ShiftOptions,
} from "./frequencies.ts";
export { hfft, ihfft, irfft, irfft2, irfftn, rfft, rfft2, rfftn } from "./realTransforms.ts";
export type { Norm, TransformAxisOptions, Transformable } from "./transform.ts";
