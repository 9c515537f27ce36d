/** `smilodon/systems/vision/sketches`: drawn cats and dogs of which everything is known. sketches.ts is the place to start. */
export { drawSketches } from "./drawSketches.ts";
export {
  animals,
  drawFactors,
  type FactorName,
  type FactorOptions,
  factorNames,
  factors,
  type SketchFactors,
} from "./factors.ts";
export { factorOf, type SketchOptions, type SketchSet, sketches } from "./sketches.ts";
