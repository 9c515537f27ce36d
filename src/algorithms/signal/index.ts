/** Signals: spectra over time, windows, mel bands, cosine transforms, convolution. */
export { type ConvolveMode, type ConvolveOptions, convolve, correlate } from "./convolve.ts";
export { type CosineOptions, dct, idct } from "./cosineTransform.ts";
export { frame, overlapAdd } from "./frames.ts";
export {
  type CepstrumOptions,
  type DecibelOptions,
  type MelOptions,
  type MelScale,
  type MelSpectrogramOptions,
  melFilterBank,
  melSpectrogram,
  mfcc,
  powerToDb,
} from "./mel.ts";
export { type IstftOptions, istft, type PadMode, type ShortTimeOptions, type StftOptions, stft } from "./stft.ts";
export {
  bartlett,
  blackman,
  blackmanHarris,
  cosine,
  type GaussianOptions,
  gaussian,
  hamming,
  hann,
  type KaiserOptions,
  kaiser,
  nuttall,
  type TukeyOptions,
  tukey,
  type WindowOptions,
} from "./windows.ts";
