/**
 * Eigenvalues and eigenvectors of symmetric tridiagonal matrices by divide and conquer: J. J. M. Cuppen, 1981. The matrix is torn
 * into single numbers; each level joins pairs of neighbours, all pairs at once, by the eigenvalues of a diagonal matrix plus
 * one of rank one. Vectors come from numbers of which the computed eigenvalues are the exact ones: M. Gu and S. C. Eisenstat, "A
 * divide-and-conquer algorithm for the symmetric tridiagonal eigenproblem", 1995, so that they are orthogonal however close
 * eigenvalues are. What that paper deflates is moved apart here by a few rounding errors: every shape stays what it was.
 */
import { at } from "../../support/invariant.ts";
import { maximum, sqrt } from "../../tensor/arithmetic.ts";
import { where } from "../../tensor/comparison.ts";
import { arange, full } from "../../tensor/creation.ts";
import { gather } from "../../tensor/indexing.ts";
import { concat } from "../../tensor/joining.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scan } from "../../transforms/control/scan.ts";
import { epsilonOf, type FloatDtype } from "./matrices.ts";

/** Eigenvalues [count, k], ascending, and eigenvectors [count, k, k], as columns, of `count` matrices. */
interface Solved {
  readonly values: Tensor;
  readonly vectors: Tensor;
}

/** Pieces above this size are cut again, before single numbers. */
const leafLimit = 16;

/** The eigenvalues, ascending, and eigenvectors of a tridiagonal matrix of sizes [n] and [n − 1] whose norm is at most 1. */
export function solveTridiagonal(diagonal: Tensor, beside: Tensor): readonly [values: Tensor, vectors: Tensor] {
  const size = at(diagonal.shape, 0);
  const levels = Math.max(0, Math.ceil(Math.log2(size / leafLimit)));
  const leaves = 2 ** levels;
  const leaf = Math.ceil(size / leaves);
  const inner = 2 ** Math.ceil(Math.log2(leaf));
  const total = leaf * leaves;
  // What is added has eigenvalues of its own above all others, and is cut off again
  const values = concat([diagonal, ascending(3, total - size, diagonal)]);
  const couplings = concat([beside, full([total - size + 1], 0, { dtype: diagonal.dtype })]);
  const torn = values
    .subtract(couplings.abs())
    .subtract(concat([full([1], 0, { dtype: diagonal.dtype }), couplings.slice([0, -1])]).abs());
  const single = concat(
    [
      torn.reshape([leaves, leaf]),
      ascending(4, inner - leaf, diagonal)
        .reshape([1, -1])
        .add(full([leaves, 1], 0, { dtype: diagonal.dtype })),
    ],
    1,
  );
  let solved: Solved = {
    values: single.reshape([-1, 1]),
    vectors: full([leaves * inner, 1, 1], 1, { dtype: diagonal.dtype }),
  };
  const joints = couplings.reshape([leaves, leaf]).slice(null, [0, -1]);
  const small = joints.pad([0, [0, inner - leaf + 1]]).reshape([-1]);
  for (let width = 1; width < inner; width *= 2) solved = join(solved, small.slice([width - 1, null, 2 * width]));
  solved = { values: solved.values.slice(null, [0, leaf]), vectors: solved.vectors.slice(null, [0, leaf], [0, leaf]) };
  for (let width = leaf; width < total; width *= 2)
    solved = join(solved, couplings.slice([width - 1, null, 2 * width]));
  return [solved.values.slice(0, [0, size]), solved.vectors.slice(0, [0, size], [0, size])];
}

/** `count` numbers from `start` on, below the next whole number. */
function ascending(start: number, count: number, like: Tensor): Tensor {
  return arange(count).astype(like.dtype).divide(Math.max(1, count)).add(start);
}

/** Neighbours joined by `couplings` [count / 2]. */
function join({ values, vectors }: Solved, couplings: Tensor): Solved {
  const [count, width] = [at(values.shape, 0), at(values.shape, 1)];
  const [pairs, size] = [count / 2, 2 * width];
  const sign = where(couplings.less(0), -1, 1).expandDims(1);
  const split = vectors.reshape([pairs, 2, width, width]);
  const weights = concat([split.slice(null, 0, -1), split.slice(null, 1, 0).multiply(sign)], 1).multiply(Math.SQRT1_2);
  const poles = values.reshape([pairs, size]);
  const rank = ranksOf(poles);
  const order = invertRanks(rank);
  const joined = solveRankOne(gather(poles, order, 1, 1), gather(weights, order, 1, 1), couplings.abs().multiply(2));
  const mixed = gather(joined.vectors, rank, 1, 1).reshape([count, width, size]);
  return { values: joined.values, vectors: vectors.matmul(mixed).reshape([pairs, size, size]) };
}

/** The positions of `keys` [.., n] in ascending order, as i32. */
export function ascendingOrder(keys: Tensor): Tensor {
  return invertRanks(ranksOf(keys));
}

/** The position that has each rank. */
function invertRanks(ranks: Tensor): Tensor {
  const place = arange(at(ranks.shape, -1));
  return where(ranks.expandDims(-2).equal(place.expandDims(1)), place, 0).sum(-1);
}

/** How many elements of the same row come before each; of equal ones the earlier comes first. */
function ranksOf(keys: Tensor): Tensor {
  const place = arange(at(keys.shape, -1));
  const [mine, others] = [keys.expandDims(-1), keys.expandDims(-2)];
  const isTieBefore = mine.equal(others).logicalAnd(place.less(place.expandDims(1)));
  return others.less(mine).logicalOr(isTieBefore).astype("i32").sum(-1);
}

/**
 * Eigenvalues and vectors of diag(poles) + strength · w·wᵀ for `poles` [p, m], ascending, weights w [p, m] of norm 1 and
 * strengths [p] ≥ 0.
 */
function solveRankOne(given: Tensor, weights: Tensor, strengths: Tensor): Solved {
  const size = at(given.shape, 1);
  const epsilon = epsilonOf(dtypeOf(given));
  const place = arange(size);
  // Poles that coincide, weights that vanish: apart by what rounding may do anyway
  const least = place.astype(given.dtype).multiply(4 * epsilon);
  const isBefore = place.lessEqual(place.expandDims(1));
  const poles = where(isBefore, given.subtract(least).expandDims(1), -Infinity).max(2).add(least);
  const safe = where(weights.less(0), -1, 1).multiply(maximum(weights.abs(), epsilon));
  const strength = maximum(strengths, epsilon).reshape([-1, 1, 1]);
  const squares = safe.square();
  const reach = strength.reshape([-1, 1]).multiply(squares.sum(1, { keepDims: true }));
  const above = poles.slice(null, [1, null]);
  const gap = concat([above.subtract(poles.slice(null, [0, -1])), reach], 1);
  const next = concat([above, poles.slice(null, [-1, null]).add(reach)], 1);
  const scaled = squares.expandDims(1);
  const secular = (offsets: Tensor, shift: Tensor): Tensor =>
    scaled
      .divide(offsets.subtract(shift.expandDims(2)))
      .multiply(strength)
      .sum(2)
      .add(1);
  // Each root is counted from the nearer of the poles on its sides, the last from the last
  const fromLower = poles.expandDims(1).subtract(poles.expandDims(2));
  const isLower = secular(fromLower, gap.multiply(0.5))
    .greaterEqual(0)
    .logicalOr(place.equal(size - 1));
  const origin = where(isLower, poles, next).expandDims(2);
  const offsets = poles.expandDims(1).subtract(origin);
  const furthest = where(place.equal(size - 1), gap, gap.multiply(0.5));
  const direction = where(isLower, 1, -1).astype(given.dtype);
  const shift = findRoots(
    (distance) => secular(offsets, distance.multiply(direction)).multiply(direction),
    furthest,
  ).multiply(direction);
  return { values: origin.squeeze(2).add(shift), vectors: vectorsOf({ poles, next, offsets, shift, safe, strength }) };
}

/** Where the increasing function `f` of distances in (0, furthest] changes its sign, to the last digit, by halving. */
function findRoots(f: (distance: Tensor) => Tensor, furthest: Tensor): Tensor {
  const isWide = dtypeOf(furthest) === "f64";
  const halve =
    (byRatio: boolean) =>
    ([low, high]: readonly [Tensor, Tensor], _: null) => {
      const middle = byRatio ? sqrt(low.multiply(high)) : low.add(high).multiply(0.5);
      const isAbove = f(middle).greaterEqual(0);
      return [[where(isAbove, low, middle), where(isAbove, middle, high)] as const, null] as const;
    };
  const start = [furthest.multiply(isWide ? 2 ** -512 : 2 ** -64), furthest] as const;
  const [coarse] = scan(halve(true), start, null, { length: isWide ? 10 : 7 });
  const [[low, high]] = scan(halve(false), coarse, null, { length: isWide ? 54 : 25 });
  return low.add(high).multiply(0.5);
}

interface Roots {
  readonly poles: Tensor;
  readonly next: Tensor;
  /** [p, root, pole]: poles, counted from the origin of each root. */
  readonly offsets: Tensor;
  readonly shift: Tensor;
  readonly safe: Tensor;
  readonly strength: Tensor;
}

/** Eigenvectors [p, m, m], as columns, in the order of the poles: of weights of which the roots are the exact ones. */
function vectorsOf({ poles, next, offsets, shift, safe, strength }: Roots): Tensor {
  const size = at(poles.shape, 1);
  const place = arange(size);
  const distance = shift.expandDims(2).subtract(offsets);
  const other = where(place.expandDims(1).less(place), poles.expandDims(2), next.expandDims(2));
  const isLast = place.expandDims(1).equal(size - 1);
  const ratio = distance.divide(where(isLast, strength, other.subtract(poles.expandDims(1))));
  const exact = sqrt(ratio.prod(1).abs());
  const signed = where(safe.less(0), exact.negative(), exact);
  const columns = signed.expandDims(1).divide(distance);
  const length = sqrt(columns.square().sum(2, { keepDims: true }));
  return columns.divide(length).matrixTranspose();
}

function dtypeOf(x: Tensor): FloatDtype {
  return x.dtype === "f64" ? "f64" : "f32";
}
