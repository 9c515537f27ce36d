/** Images: resizing, sampling at places that are data, boxes, regions, colours. Series and volumes as well where that makes sense. */
export { boxArea, boxIou, centersToCorners, cornersToCenters } from "./boxes.ts";
export { hsvToRgb, rgbToGrayscale, rgbToHsv } from "./colour.ts";
export type { CoordinateRule, Rounding } from "./coordinates.ts";
export { type AlignOptions, affineGrid, type GridSampleOptions, gridSample } from "./gridSample.ts";
export { type InterpolateOptions, type InterpolationMode, interpolate } from "./interpolate.ts";
export {
  type CropOptions,
  cropAndResize,
  type RegionOptions,
  type RoiAlignOptions,
  roiAlign,
  roiPool,
} from "./regions.ts";
export { nms, nonMaximumSuppression, type SizedSuppressionOptions, type SuppressionOptions } from "./suppression.ts";
