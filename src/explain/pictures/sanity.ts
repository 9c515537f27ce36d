/**
 * Does an explanation depend on what the network has learned? Adebayo et al. 2018: with all weights drawn anew the map has to
 * become another one. Methods whose map stays the same show the picture, not the network.
 */
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { remember } from "../../support/remember.ts";
import type { StagedNetwork } from "../stagedNetwork.ts";
import type { PictureExplanation } from "./explanation.ts";
import type { PictureNetwork } from "./pictureNetwork.ts";

/** What the check found for one method and network. */
export interface SanityFinding {
  /** Mean |Spearman correlation| of maps before and after, over pictures and draws; near 0 is right. */
  readonly correlation: number;
  /** The same for magnitudes only, which is nearer to what an eye sees in a heat map. */
  readonly magnitudeCorrelation: number;
  /** Is `correlation` at most `limit`? */
  readonly dependsOnWeights: boolean;
  readonly limit: number;
  readonly draws: number;
  readonly pictures: number;
}

/** Choices of `sanityOf`. */
export interface SanityOptions {
  /** Networks like the one that is explained, with weights that were drawn anew and never trained. Two are enough; all methods can share them. */
  readonly drawn: readonly PictureNetwork[];
  /** Largest mean |correlation| that passes. Default 0.4: halfway from chance on coarse maps to what methods that ignore weights get. */
  readonly limit?: number;
}

/** A method, ready to be used on any network. */
export type ExplainsPictures = (
  network: PictureNetwork,
  pictures: Float32Array,
  question: { readonly target: Int32Array },
) => Promise<PictureExplanation>;

const findings = new WeakMap<StagedNetwork, Map<string, Promise<SanityFinding>>>();

/**
 * Compares the maps of `explain` with those for networks with fresh weights, asked about the same classes. The finding is kept for the
 * network and `name`.
 *
 * Source: J. Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018.
 * @throws ArgumentError where there are no pictures or draws.
 */
export function sanityOf(
  network: PictureNetwork,
  pictures: Float32Array,
  name: string,
  explain: ExplainsPictures,
  options: SanityOptions,
): Promise<SanityFinding> {
  const known = remember(findings, network.network, () => new Map<string, Promise<SanityFinding>>());
  return remember(known, name, () => findSanity(network, pictures, explain, options));
}

async function findSanity(
  network: PictureNetwork,
  pictures: Float32Array,
  explain: ExplainsPictures,
  { drawn, limit = 0.4 }: SanityOptions,
): Promise<SanityFinding> {
  const count = network.countOf(pictures);
  if (count === 0 || drawn.length === 0)
    throw new ArgumentError(
      `sanity check: ${count} pictures and ${drawn.length} networks; there has to be one of each.`,
    );
  const scores = await network.scores(pictures);
  const classes = scores.length / count;
  const target = Int32Array.from({ length: count }, (_, picture) => {
    const own = scores.subarray(picture * classes, (picture + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
  const trained = await explain(network, pictures, { target });
  const size = trained.maps.length / count;
  let [signed, magnitudes] = [0, 0];
  for (const network of drawn) {
    const fresh = await explain(network, pictures, { target });
    for (let picture = 0; picture < count; picture++) {
      const [a, b] = [trained, fresh].map(({ maps }) => maps.subarray(picture * size, (picture + 1) * size));
      if (a === undefined || b === undefined) continue;
      signed += Math.abs(rankCorrelation(a, b)) / (drawn.length * count);
      magnitudes += Math.abs(rankCorrelation(a.map(Math.abs), b.map(Math.abs))) / (drawn.length * count);
    }
  }
  return {
    correlation: signed,
    magnitudeCorrelation: magnitudes,
    dependsOnWeights: signed <= limit,
    limit,
    draws: drawn.length,
    pictures: count,
  };
}

/** Spearman's rank correlation; equal numbers share their mean rank. 0 where one side is all equal. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((rank, index) => {
    const [dx, dy] = [rank - middle, at(y, index) - middle];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, index) => index).sort(
    (i, j) => at(values, i) - at(values, j),
  );
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && at(values, at(order, end)) === at(values, at(order, start))) end++;
    for (let place = start; place < end; place++) ranks[at(order, place)] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}
