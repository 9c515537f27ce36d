/** A step length along a direction that is neither too long nor too short: what L-BFGS asks for at every step. */

/** A point on the line, `t` directions away from its start. */
export interface LinePoint {
  readonly t: number;
  readonly loss: number;
  readonly gradient: Float64Array;
  /** Derivative of the loss along the direction. */
  readonly slope: number;
}

/** How the search goes on. */
export interface LineSearchOptions {
  /** The first length to be tried. */
  readonly first: number;
  /** Stop where the bracket, times the direction's largest element, is below this. */
  readonly tolerance: number;
  /** The direction's largest element. */
  readonly reach: number;
  /** Most evaluations but for the first one. */
  readonly most: number;
}

/** Enough descent for the length, and a slope this much flatter than at the start. */
const [enoughDescent, flatter] = [1e-4, 0.9];

/**
 * A point where the strong Wolfe conditions hold, or the best one found within the given number of evaluations: a bracket
 * is widened until it must hold one, then narrowed by cubic interpolation.
 *
 * Source: J. Nocedal, S. Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6, with PyTorch's safeguards.
 */
export async function searchLine(
  start: LinePoint,
  evaluate: (t: number) => Promise<LinePoint>,
  { first, tolerance, reach, most }: LineSearchOptions,
): Promise<LinePoint> {
  // What is no number lies too far out as well
  const isTooLong = ({ t, loss }: LinePoint) => !(loss <= start.loss + enoughDescent * t * start.slope);
  const isFlat = ({ slope }: LinePoint) => Math.abs(slope) <= -flatter * start.slope;
  let [previous, point] = [start, await evaluate(first)];
  let [tried, isBracketed] = [0, false];
  for (; tried < most; tried++) {
    isBracketed = isTooLong(point) || (tried > 1 && point.loss >= previous.loss);
    if (!isBracketed && isFlat(point)) return point;
    isBracketed ||= point.slope >= 0;
    if (isBracketed) break;
    const next = minimumBetween(previous, point, point.t + 0.01 * (point.t - previous.t), 10 * point.t);
    [previous, point] = [point, await evaluate(next)];
  }
  if (!isBracketed) previous = start;
  let [low, high] = previous.loss <= point.loss ? [previous, point] : [point, previous];
  let isSlow = false;
  for (; tried < most && Math.abs(high.t - low.t) * reach >= tolerance; tried++) {
    const [left, right] = low.t < high.t ? [low, high] : [high, low];
    let t: number = minimumBetween(left, right, left.t, right.t);
    const margin = 0.1 * (right.t - left.t);
    const isNearEdge = Math.min(right.t - t, t - left.t) < margin;
    // Twice in a row at the edge: go inwards
    const isForced: boolean = isNearEdge && (isSlow || t >= right.t || t <= left.t);
    if (isForced) t = right.t - t < t - left.t ? right.t - margin : left.t + margin;
    isSlow = isNearEdge && !isForced;
    const found = await evaluate(t);
    if (isTooLong(found) || found.loss >= low.loss) {
      high = found;
      if (low.loss > high.loss) [low, high] = [high, low];
      continue;
    }
    if (isFlat(found)) return found;
    if (found.slope * (high.t - low.t) >= 0) high = low;
    low = found;
  }
  return low;
}

/** Where the cubic through two points with their slopes is least, kept within bounds. */
function minimumBetween(a: LinePoint, b: LinePoint, least: number, most: number): number {
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const first = left.slope + right.slope - (3 * (left.loss - right.loss)) / (left.t - right.t);
  const square = first ** 2 - left.slope * right.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const root = Math.sqrt(square);
  const share = (right.slope + root - first) / (right.slope - left.slope + 2 * root);
  return Math.min(Math.max(right.t - (right.t - left.t) * share, least), most);
}
