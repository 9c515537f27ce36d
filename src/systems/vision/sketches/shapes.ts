/**
 * Signed distances to shapes of the plane: below 0 inside, above outside, in the units of the coordinates. Coordinates are
 * tensors that broadcast to [count, height, width], so that a shape may differ from picture to picture.
 *
 * Source: I. Quilez, "2D distance functions", 2020: https://iquilezles.org/articles/distfunctions2d/.
 */
import { add, divide, maximum, minimum, multiply, sqrt, subtract } from "../../../tensor/arithmetic.ts";
import { where } from "../../../tensor/comparison.ts";
import type { Tensor } from "../../../tensor/tensor.ts";

/** A number for all pictures, or one a picture or pixel. */
export type Value = Tensor | number;

/** A place, or the place of every pixel. */
export interface Point<V extends Value = Value> {
  readonly x: V;
  readonly y: V;
}

/** Coordinates of all pixels. */
export type Plane = Point<Tensor>;

/** The coordinates as seen from `centre`. */
export function seenFrom(plane: Plane, centre: Point): Plane {
  return { x: subtract(plane.x, centre.x), y: subtract(plane.y, centre.y) };
}

/** √(x² + y²), without the care for huge numbers that `hypot` takes. */
export function lengthOf({ x, y }: Point): Tensor {
  return sqrt(add(multiply(x, x), multiply(y, y)));
}

/** A circle around the origin. */
export function circle(plane: Plane, radius: Value): Tensor {
  return subtract(lengthOf(plane), radius);
}

/** An ellipse around the origin; exact on its border, about right near it. */
export function ellipse(plane: Plane, radii: Point): Tensor {
  const scaled = lengthOf({ x: divide(plane.x, radii.x), y: divide(plane.y, radii.y) });
  const slope = lengthOf({
    x: divide(plane.x, multiply(radii.x, radii.x)),
    y: divide(plane.y, multiply(radii.y, radii.y)),
  });
  return divide(multiply(scaled, subtract(scaled, 1)), maximum(slope, 1e-4));
}

/** All within `radius` of the line from `from` to `to`. */
export function capsule(plane: Plane, from: Point, to: Point, radius: Value): Tensor {
  const [toX, toY] = [subtract(to.x, from.x), subtract(to.y, from.y)];
  const own = seenFrom(plane, from);
  const along = divide(dot(own, { x: toX, y: toY }), add(dot({ x: toX, y: toY }, { x: toX, y: toY }), 1e-9));
  const place = minimum(maximum(along, 0), 1);
  return circle({ x: subtract(own.x, multiply(place, toX)), y: subtract(own.y, multiply(place, toY)) }, radius);
}

/** The hull of two circles: with a small second one a rounded triangle, with a large one a drop. */
export function cone(plane: Plane, from: Point, to: Point, first: Value, second: Value): Tensor {
  const [toX, toY] = [subtract(to.x, from.x), subtract(to.y, from.y)];
  const height = lengthOf({ x: toX, y: toY });
  const own = seenFrom(plane, from);
  const along = divide(dot(own, { x: toX, y: toY }), height);
  const across = divide(absolute(subtract(multiply(own.x, toY), multiply(own.y, toX))), height);
  const sine = divide(subtract(first, second), height);
  const cosine = sqrt(maximum(subtract(1, multiply(sine, sine)), 1e-6));
  const place = subtract(multiply(cosine, along), multiply(sine, across));
  const side = subtract(add(multiply(cosine, across), multiply(sine, along)), first);
  const [below, above] = [circle(own, first), circle({ x: across, y: subtract(along, height) }, second)];
  return where(place.less(0), below, where(subtract(place, multiply(cosine, height)).greater(0), above, side));
}

/** The lower half of a ring around the origin with ends that are round. */
export function smile(plane: Plane, radius: Value, thickness: Value): Tensor {
  const ring = absolute(subtract(lengthOf(plane), radius));
  const ends = lengthOf({ x: subtract(absolute(plane.x), radius), y: plane.y });
  return subtract(where(plane.y.greater(0), ring, ends), thickness);
}

/** Both shapes as one, with a fillet of about `radius` between them. */
export function joined(first: Tensor, second: Tensor, radius: number): Tensor {
  const overlap = maximum(subtract(radius, absolute(subtract(first, second))), 0);
  return subtract(minimum(first, second), multiply(multiply(overlap, overlap), 0.25 / radius));
}

/** |x|: of the horizontal coordinate it makes two of every shape, one a mirror image. */
export function absolute(x: Tensor): Tensor {
  return maximum(x, multiply(x, -1));
}

function dot(a: Point, b: Point): Tensor {
  return add(multiply(a.x, b.x), multiply(a.y, b.y));
}
