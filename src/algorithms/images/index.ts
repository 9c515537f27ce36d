/** Images: resizing, sampling at places that are data, boxes, colours. For batches, series and volumes as well where that makes sense. */
export type { CoordinateRule, Rounding } from "./coordinates.ts";
export { type InterpolateOptions, type InterpolationMode, interpolate } from "./interpolate.ts";
