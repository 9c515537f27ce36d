/**
 * Drawings as strokes of a pen, and strokes as pictures of grey dots. What the visitor draws and what the page makes up
 * itself go the same way. Only sums, products, quotients and roots: the same picture in every engine, bit for bit.
 */

/** A place on the paper: 0 … 1 from left to right and from top to bottom. */
export type Point = readonly [x: number, y: number];

/** Where the pen went without being lifted; a single point is a dot. */
export type Stroke = readonly Point[];

/** Dots along each side of a picture. */
export const pictureSize = 28;

/** Dots of a picture. */
export const pictureDots = pictureSize * pictureSize;

/** Half the width of a pen, in dots: what the visitor draws with. */
export const usualPen = 1;

/** Edges of a box on the paper. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The picture of `strokes`: [pictureSize, pictureSize] from the top left, 0 paper … 1 ink. A dot is as dark as the nearest
 * stroke covers it; strokes that leave the paper are cut off.
 * @param pen half the width of the pen, in dots
 * @param into where the picture goes; its own memory where left out
 */
export function paint(
  strokes: readonly Stroke[],
  pen: number = usualPen,
  into: Float32Array = new Float32Array(pictureDots),
): Float32Array {
  into.fill(0);
  for (const stroke of strokes) {
    stroke.forEach((end, index) => {
      if (index > 0 || stroke.length === 1) paintSegment(into, stroke[index - 1] ?? end, end, pen);
    });
  }
  return into;
}

/** The smallest box around all points; that of an empty drawing is the middle of the paper. */
export function boxOf(strokes: readonly Stroke[]): Box {
  const points = strokes.flat();
  if (points.length === 0) return { left: 0.5, top: 0.5, right: 0.5, bottom: 0.5 };
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** The strokes with every point at another place. */
export function mapPoints(strokes: readonly Stroke[], place: (point: Point) => Point): Stroke[] {
  return strokes.map((stroke) => stroke.map(place));
}

/** The strokes moved by so much of the paper's width and height. */
export function moveStrokes(strokes: readonly Stroke[], right: number, down: number): Stroke[] {
  return mapPoints(strokes, ([x, y]) => [x + right, y + down]);
}

function paintSegment(picture: Float32Array, [x0, y0]: Point, [x1, y1]: Point, pen: number): void {
  const ax = x0 * pictureSize;
  const ay = y0 * pictureSize;
  const dx = x1 * pictureSize - ax;
  const dy = y1 * pictureSize - ay;
  const squared = dx * dx + dy * dy;
  const reach = pen + 0.5;
  const [left, right] = dotsBetween(Math.min(ax, ax + dx) - reach, Math.max(ax, ax + dx) + reach);
  const [top, bottom] = dotsBetween(Math.min(ay, ay + dy) - reach, Math.max(ay, ay + dy) + reach);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      // From the dot's middle to the nearest place of the segment
      const px = column + 0.5 - ax;
      const py = row + 0.5 - ay;
      const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
      const ex = px - along * dx;
      const ey = py - along * dy;
      const ink = Math.min(1, reach - Math.sqrt(ex * ex + ey * ey));
      const dot = row * pictureSize + column;
      if (ink > (picture[dot] ?? 1)) picture[dot] = ink;
    }
  }
}

function dotsBetween(low: number, high: number): readonly [first: number, last: number] {
  return [Math.max(0, Math.floor(low)), Math.min(pictureSize - 1, Math.ceil(high))];
}
