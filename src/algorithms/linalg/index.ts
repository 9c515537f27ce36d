/**
 * Linear algebra: factorizations of matrices, systems of equations, eigenvalues, singular values, norms and functions of
 * matrices. Names and semantics are those of the linalg extension of the Python array API standard, and of `torch.linalg` beyond it.
 * Everything works on the last two axes of f32 and f64, and on leading axes at once; the loops are commands of the plan.
 */
export { matmul, outer, tensordot, vecdot } from "../../tensor/linear.ts";
export { matrixTranspose } from "../../tensor/manipulate.ts";
export { type CholeskyOptions, cholesky, choleskySolve } from "./cholesky.ts";
export { eigh, eigvalsh } from "./eigen.ts";
export { expm, matrixPower, multiDot } from "./functions.ts";
export { cond, type LeastSquares, lstsq, matrixRank, pinv, type RankOptions } from "./inverse.ts";
export { type MatrixNormOptions, type MatrixOrder, matrixNorm, type VectorNormOptions, vectorNorm } from "./norms.ts";
export { type CrossOptions, cross, type DiagonalOptions, diagonal, kron, trace } from "./products.ts";
export { type QrMode, type QrOptions, qr } from "./qr.ts";
export { det, inv, lu, slogdet, solve } from "./solve.ts";
export { type SvdOptions, svd, svdvals } from "./svd.ts";
export { type TriangularSolveOptions, triangularSolve } from "./triangular.ts";
