/** Functions of square matrices, and products of many: `matrixPower`, `expm`, `multiDot`. */
import { showShape } from "../../shape/shape.ts";
import { ArgumentError, ShapeError } from "../../support/errors.ts";
import { at } from "../../support/invariant.ts";
import { where } from "../../tensor/comparison.ts";
import { zeros } from "../../tensor/creation.ts";
import { concat } from "../../tensor/joining.ts";
import { matmul } from "../../tensor/linear.ts";
import { broadcastTo } from "../../tensor/manipulate.ts";
import { explaining, whence } from "../../tensor/operands.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { exp2, log2 } from "../../tensor/transcendental.ts";
import { whileLoop } from "../../transforms/control/whileLoop.ts";
import { customVjp } from "../../transforms/customRules.ts";
import { vjp } from "../../transforms/vjp.ts";
import { identityLike, isEmpty, overMatrices, requireFloats, squareSize } from "./matrices.ts";
import { inv, solve } from "./solve.ts";

/**
 * Square matrices [.., n, n] to the power of a whole number; powers below 0 are those of the inverse, 0 gives the identity. f32, f64.
 * @throws ShapeError unless the last two axes are equal, ArgumentError unless the power is whole, DtypeError for other dtypes.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.matrixPower(tensor([[1, 1], [0, 1]]), 5).toArray()); // [[1, 5], [0, 1]]
 * ```
 */
export function matrixPower(x: Tensor, power: number): Tensor {
  requireFloats("matrixPower", x);
  const size = squareSize("matrixPower", x);
  if (!Number.isInteger(power))
    throw new ArgumentError(`matrixPower: the power is ${power} and has to be a whole number.`, { power });
  if (power === 0) return broadcastTo(identityLike(x, size), x.shape);
  let result: Tensor | undefined;
  let square = power < 0 ? inv(x) : x;
  for (let left = Math.abs(power); ; ) {
    if (left % 2 === 1) result = result === undefined ? square : matmul(result, square);
    left = Math.floor(left / 2);
    if (left === 0) return result ?? square;
    square = matmul(square, square);
  }
}

/** Coefficients of the Padé approximant of degree 13, and the norm up to which it is exact to the last digit of f64. */
const coefficients = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
  670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
] as const;
const reach = 5.371920351148152;

/**
 * The exponential Σ xᵏ / k! of square matrices [.., n, n]. f32 and f64; what is not finite gives NaN.
 * @throws ShapeError unless the last two axes are equal, DtypeError for other dtypes.
 *
 * Source: scaling and squaring with the Padé approximant of degree 13, N. J. Higham, "The scaling and squaring method for the matrix
 * exponential revisited", 2005; the derivative: exponentials of [[x, dx], [0, x]], A. H. Al-Mohy and N. J. Higham, 2009.
 *
 * @example
 * ```ts
 * import { linalg, tensor } from "smilodon";
 * console.log(await linalg.expm(tensor([[0, 1], [0, 0]])).toArray()); // [[1, 1], [0, 1]]
 * ```
 */
export function expm(x: Tensor): Tensor {
  requireFloats("expm", x);
  squareSize("expm", x);
  return isEmpty(x) ? x : expmRule(x);
}

const expmRule = customVjp(
  (x: Tensor) =>
    at(
      overMatrices("expm", [x], [2], (one) => [exponentialOf(one ?? x)]),
      0,
    ),
  {
    forward: (x) => [expm(x), x],
    backward: (x, cotangent) => [changeRule(x.matrixTranspose(), cotangent)],
  },
);

/** The change of exp(x) as x changes by `by`, which is linear in `by`; a rule of its own says so. */
const changeRule: (x: Tensor, by: Tensor) => Tensor = customVjp(changeOf, {
  forward: (x, by) => [changeRule(x, by), { x, by }],
  backward: ({ x, by }, cotangent) => {
    const [, pullBack] = vjp((each: Tensor) => changeOf(each, by), x);
    return [pullBack(cotangent)[0], changeRule(x.matrixTranspose(), cotangent)];
  },
});

/** A corner of the exponential of [[x, by], [0, x]]. */
function changeOf(x: Tensor, by: Tensor): Tensor {
  const size = at(x.shape, -1);
  const top = concat([x, by], -1);
  const bottom = concat([zeros(x.shape, { dtype: x.dtype }), x], -1);
  return expm(concat([top, bottom], -2)).slice("...", [0, size], [size]);
}

function exponentialOf(x: Tensor): Tensor {
  const size = x.abs().sum(0).max();
  // Halvings: powers of two, so that scaling is exact
  const needed = log2(where(size.greater(reach), size.divide(reach), 1)).ceil();
  const halvings = where(needed.less(1100), needed, 0);
  const half = halvings.multiply(0.5).floor();
  const scaled = x.multiply(exp2(half.negative())).multiply(exp2(half.subtract(halvings)));
  const start = { left: halvings, result: padeOf(scaled) };
  return whileLoop(
    ({ left }) => left.greater(0),
    ({ left, result }) => ({ left: left.subtract(1), result: matmul(result, result) }),
    start,
  ).result;
}

function padeOf(x: Tensor): Tensor {
  const identity = identityLike(x, at(x.shape, -1));
  const x2 = matmul(x, x);
  const x4 = matmul(x2, x2);
  const x6 = matmul(x4, x2);
  const b = (index: number): number => at(coefficients, index);
  const combine = (six: number, four: number, two: number): Tensor =>
    x6.multiply(six).add(x4.multiply(four)).add(x2.multiply(two));
  const odd = matmul(x6, combine(b(13), b(11), b(9)))
    .add(combine(b(7), b(5), b(3)))
    .add(identity.multiply(b(1)));
  const even = matmul(x6, combine(b(12), b(10), b(8)))
    .add(combine(b(6), b(4), b(2)))
    .add(identity.multiply(b(0)));
  const u = matmul(x, odd);
  return solve(even.subtract(u), even.add(u));
}

/**
 * The product of two or more matrices, multiplied in the order that needs the fewest multiplications. The first may be a row [n], the last a
 * column [n]; their axes vanish. All dtypes that `matmul` takes.
 * @throws ShapeError naming the factors that do not fit, ArgumentError for fewer than two.
 *
 * Source: dynamic programming, T. H. Cormen et al., *Introduction to Algorithms*, 3rd ed., 15.2.
 *
 * @example
 * ```ts
 * import { linalg, ones } from "smilodon";
 * console.log(linalg.multiDot([ones([2, 30]), ones([30, 3]), ones([3, 40])]).shape); // [2, 40]
 * ```
 */
export function multiDot(factors: readonly Tensor[]): Tensor {
  if (factors.length < 2)
    throw new ArgumentError(`multiDot: there are ${factors.length} matrices, and at least 2 are needed.`, {
      count: factors.length,
    });
  const last = factors.length - 1;
  const matrices = factors.map((factor, index) => {
    if (factor.rank === 1 && index === 0) return factor.expandDims(0);
    if (factor.rank === 1 && index === last) return factor.expandDims(1);
    if (factor.rank === 2) return factor;
    throw new ShapeError(
      `multiDot: factor ${index} is ${showShape(factor.shape)}; it has to be a matrix.${whence([factor])}`,
      { shape: factor.shape, index },
    );
  });
  const product = explaining("multiDot", factors, () => multiplyRange(matrices, splitsOf(matrices), 0, last));
  const rows = at(factors, 0).rank === 1 ? product.squeeze(0) : product;
  return at(factors, last).rank === 1 ? rows.squeeze(-1) : rows;
}

/** For each range from i to j the factor after which it is best cut. */
function splitsOf(matrices: readonly Tensor[]): readonly (readonly number[])[] {
  const sizes = [at(at(matrices, 0).shape, 0), ...matrices.map(({ shape }) => at(shape, 1))];
  const count = matrices.length;
  const cost = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  const split = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let span = 1; span < count; span++)
    for (let i = 0; i + span < count; i++) {
      const j = i + span;
      const costs = Array.from({ length: span }, (_, offset) => {
        const k = i + offset;
        return at(at(cost, i), k) + at(at(cost, k + 1), j) + at(sizes, i) * at(sizes, k + 1) * at(sizes, j + 1);
      });
      const best = Math.min(...costs);
      at(cost, i)[j] = best;
      at(split, i)[j] = i + costs.indexOf(best);
    }
  return split;
}

function multiplyRange(
  matrices: readonly Tensor[],
  splits: readonly (readonly number[])[],
  i: number,
  j: number,
): Tensor {
  if (i === j) return at(matrices, i);
  const k = at(at(splits, i), j);
  return matmul(multiplyRange(matrices, splits, i, k), multiplyRange(matrices, splits, k + 1, j));
}
