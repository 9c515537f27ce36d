/**
 * Integrated gradients of pictures (Sundararajan, Taly, Yan 2017), with as many steps as completeness needs: the way from the
 * baseline is cut into pieces, and since the network's score is known at both ends of a piece, so is what its slopes leave
 * unexplained. Pieces that leave most are halved until the whole does not leave more than was asked for.
 */
import { ArgumentError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { gaussLegendre } from "../quadrature.ts";
import {
  type AskedPictures,
  askPictures,
  completeExplanation,
  outputOf,
  type PictureExplanation,
  type PictureQuestion,
  sumChannels,
} from "./explanation.ts";
import type { PictureNetwork } from "./pictureNetwork.ts";

/** Choices of `integratedGradientsOfPictures`. */
export interface PathOptions extends PictureQuestion {
  /** What pictures are compared with: a grey from 0 to 1, one picture, or one for each. Default 0, black. */
  readonly baseline?: number | Float32Array;
  /** Largest residual, as a share of |output − output of the baseline|, that is left as it is. Default 0.001. */
  readonly tolerance?: number;
  /** Slopes on the way to begin with. Default 16. */
  readonly points?: number;
  /** Most slopes on the way of one picture; what is left then is in `delta`. Default 4096. */
  readonly mostPoints?: number;
}

/** Slopes in a piece of the way: a rule that is exact for polynomials of degree 7. */
const pointsInPiece = 4;

/** A piece of the way of one picture, from baseline (0) to picture (1). */
interface Piece {
  readonly picture: number;
  readonly start: number;
  readonly end: number;
  /** Explained numbers at both ends. */
  readonly startOutput: number;
  readonly endOutput: number;
}

/** A piece with its slopes. */
interface WalkedPiece extends Piece {
  /** ∫ slopes dt · (picture − baseline), for each number of the picture. */
  readonly values: Float32Array;
  /** What `values` leave of the change of the output. */
  readonly rest: number;
}

/**
 * What each pixel adds to the explained number on the straight way from the baseline to the picture. `delta` says what is
 * missing; `relativeDelta` is at most `tolerance` unless `mostPoints` were not enough, or the difference of both outputs is lost in
 * the rounding of single precision.
 * @throws ArgumentError for a baseline that does not fit, or other options out of range.
 */
export async function integratedGradientsOfPictures(
  network: PictureNetwork,
  pictures: Float32Array,
  options: PathOptions = {},
): Promise<PictureExplanation> {
  const { baseline = 0, tolerance = 1e-3, points = 16, mostPoints = 4096, ...question } = options;
  if (!(tolerance > 0) || !(points >= 1) || !(mostPoints >= points))
    throw new ArgumentError(
      `integrated gradients: a tolerance of ${tolerance} with ${points} to ${mostPoints} points; they have to be above 0, in this order.`,
    );
  const asked = await askPictures(network, pictures, question);
  const baselines = baselinesOf(network, asked.count, baseline);
  const baselineScores = await network.scores(baselines);
  const baselineOutputs = Float64Array.from({ length: asked.count }, (_, picture) =>
    outputOf(asked, picture, baselineScores, picture),
  );
  const walk = new Walk(network, asked, baselines, { tolerance, mostPoints });
  const values = new Float32Array(pictures.length);
  // In groups, because all pieces of a group are kept
  const group = Math.max(1, Math.floor(4e6 / (points * network.pictureSize)));
  for (let start = 0; start < asked.count; start += group) {
    const end = Math.min(asked.count, start + group);
    await walk.explain(start, end, Math.ceil(points / pointsInPiece), baselineOutputs, values);
  }
  const { scores } = await network.slopes(pictures, asked.weights);
  return completeExplanation(network, asked, {
    method: `integrated gradients, residual ${tolerance}, ${points} to ${mostPoints} Gauss–Legendre points`,
    maps: sumChannels(network, values),
    explainedScores: scores,
    baselineOutputs,
    cost: { forward: walk.forward + 3 * asked.count, backward: walk.backward + asked.count },
  });
}

/** Walks the ways of pictures in pieces. */
class Walk {
  forward = 0;
  backward = 0;
  readonly #network: PictureNetwork;
  readonly #asked: AskedPictures;
  readonly #baselines: Float32Array;
  readonly #limits: { readonly tolerance: number; readonly mostPoints: number };

  constructor(
    network: PictureNetwork,
    asked: AskedPictures,
    baselines: Float32Array,
    limits: { readonly tolerance: number; readonly mostPoints: number },
  ) {
    this.#network = network;
    this.#asked = asked;
    this.#baselines = baselines;
    this.#limits = limits;
  }

  /** Adds the values of pictures `from` to `to` (excluded), beginning with `pieces` pieces each. */
  async explain(
    from: number,
    to: number,
    pieces: number,
    baselineOutputs: Float64Array,
    values: Float32Array,
  ): Promise<void> {
    const chosen = Array.from({ length: to - from }, (_, index) => from + index);
    const whole = chosen.map((picture): Piece => {
      const { scores } = this.#asked;
      const endOutput = outputOf(this.#asked, picture, scores, picture);
      return { picture, start: 0, end: 1, startOutput: at(baselineOutputs, picture), endOutput };
    });
    const begun = await this.#divide(whole, pieces);
    const walked = new Map(chosen.map((picture) => [picture, [] as WalkedPiece[]]));
    for (let open = begun; open.length > 0; ) {
      for (const piece of await this.#follow(open)) walked.get(piece.picture)?.push(piece);
      const rough = [...walked].flatMap(([picture, own]) => {
        const halved = roughPieces(own, at(whole, picture - from), this.#limits);
        walked.set(
          picture,
          own.filter((piece) => !halved.has(piece)),
        );
        return [...halved];
      });
      open = await this.#divide(rough, 2);
    }
    const { pictureSize } = this.#network;
    for (const [picture, own] of walked)
      for (let index = 0; index < pictureSize; index++)
        values[picture * pictureSize + index] = own.reduce((sum, piece) => sum + at(piece.values, index), 0);
  }

  /** Each piece in `parts` of equal length; the plain network says what its score is at the cuts. */
  async #divide(pieces: readonly Piece[], parts: number): Promise<Piece[]> {
    const cuts = pieces.flatMap(({ picture, start, end }) =>
      Array.from({ length: parts - 1 }, (_, cut) => ({ picture, t: start + ((cut + 1) / parts) * (end - start) })),
    );
    const outputs = new Float64Array(cuts.length);
    const block = 8 * this.#network.block;
    for (let start = 0; start < cuts.length; start += block) {
      const some = cuts.slice(start, start + block);
      const scores = await this.#network.scores(this.#places(some));
      some.forEach(({ picture }, row) => (outputs[start + row] = outputOf(this.#asked, picture, scores, row)));
    }
    this.forward += cuts.length;
    return pieces.flatMap((piece, index) => {
      const { picture, start, end } = piece;
      const own = outputs.subarray(index * (parts - 1), (index + 1) * (parts - 1));
      return Array.from({ length: parts }, (_, part) => ({
        picture,
        start: start + (part / parts) * (end - start),
        end: start + ((part + 1) / parts) * (end - start),
        startOutput: part === 0 ? piece.startOutput : at(own, part - 1),
        endOutput: part === parts - 1 ? piece.endOutput : at(own, part),
      }));
    });
  }

  /** The slopes of pieces, added up. */
  async #follow(pieces: readonly Piece[]): Promise<WalkedPiece[]> {
    const { nodes, weights } = gaussLegendre(pointsInPiece);
    const found: WalkedPiece[] = [];
    const { pictureSize, block } = this.#network;
    const portion = Math.max(1, Math.floor((8 * block) / pointsInPiece));
    for (let first = 0; first < pieces.length; first += portion) {
      const some = pieces.slice(first, first + portion);
      const places = some.flatMap(({ picture, start, end }) =>
        Array.from(nodes, (node) => ({ picture, t: start + node * (end - start) })),
      );
      const { gradients } = await this.#network.slopes(this.#places(places), this.#weights(places));
      some.forEach((piece, index) => {
        const values = new Float32Array(pictureSize);
        const length = piece.end - piece.start;
        let sum = 0;
        for (let number = 0; number < pictureSize; number++) {
          let slope = 0;
          for (let point = 0; point < pointsInPiece; point++)
            slope += at(weights, point) * at(gradients, (index * pointsInPiece + point) * pictureSize + number);
          const value = length * slope * this.#distance(piece.picture, number);
          values[number] = value;
          sum += value;
        }
        found.push({ ...piece, values, rest: piece.endOutput - piece.startOutput - sum });
      });
    }
    this.forward += pieces.length * pointsInPiece;
    this.backward += pieces.length * pointsInPiece;
    return found;
  }

  /** From baseline to picture. */
  #distance(picture: number, number: number): number {
    const index = picture * this.#network.pictureSize + number;
    return at(this.#asked.pictures, index) - at(this.#baselines, index);
  }

  /** Pictures on the way. */
  #places(places: readonly { readonly picture: number; readonly t: number }[]): Float32Array {
    const { pictureSize } = this.#network;
    const made = new Float32Array(places.length * pictureSize);
    places.forEach(({ picture, t }, row) => {
      for (let number = 0; number < pictureSize; number++)
        made[row * pictureSize + number] =
          at(this.#baselines, picture * pictureSize + number) + t * this.#distance(picture, number);
    });
    return made;
  }

  #weights(places: readonly { readonly picture: number }[]): Float32Array {
    const { classes, weights } = this.#asked;
    const rows = new Float32Array(places.length * classes);
    places.forEach(({ picture }, row) =>
      rows.set(weights.subarray(picture * classes, (picture + 1) * classes), row * classes),
    );
    return rows;
  }
}

/** The pieces to be halved: those that leave most, until the others leave little. None where the whole way does. */
function roughPieces(
  pieces: readonly WalkedPiece[],
  { startOutput, endOutput }: Piece,
  { tolerance, mostPoints }: { readonly tolerance: number; readonly mostPoints: number },
): Set<WalkedPiece> {
  const rest = pieces.reduce((sum, piece) => sum + piece.rest, 0);
  // Half of it: sums of single precision add their own
  const allowed = 0.5 * tolerance * Math.abs(endOutput - startOutput);
  const room = Math.floor((mostPoints - pieces.length * pointsInPiece) / pointsInPiece);
  if (Math.abs(rest) <= allowed || room < 1) return new Set();
  const byRest = pieces.toSorted((a, b) => Math.abs(b.rest) - Math.abs(a.rest));
  let left = pieces.reduce((sum, piece) => sum + Math.abs(piece.rest), 0);
  const chosen = new Set<WalkedPiece>();
  for (const piece of byRest) {
    if (chosen.size >= room || left <= allowed) break;
    left -= Math.abs(piece.rest);
    // Single precision cannot tell nearer places apart; beside a black baseline it can
    if (piece.end - piece.start > 1e-6 * piece.end) chosen.add(piece);
  }
  return chosen;
}

function baselinesOf(network: PictureNetwork, count: number, baseline: number | Float32Array): Float32Array {
  const { pictureSize } = network;
  if (typeof baseline === "number") return new Float32Array(count * pictureSize).fill(baseline);
  if (baseline.length === count * pictureSize) return baseline;
  if (baseline.length === pictureSize)
    return Float32Array.from({ length: count * pictureSize }, (_, index) => at(baseline, index % pictureSize));
  throw new ArgumentError(
    `integrated gradients: a baseline of ${baseline.length} numbers is neither one picture of ${pictureSize} nor ${count} of them.`,
    { baseline: baseline.length },
  );
}
