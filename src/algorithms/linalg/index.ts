/**
 * Linear algebra: factorizations of matrices, systems of equations, eigenvalues, singular values, norms and functions of
 * matrices. Names and semantics are those of the linalg extension of the Python array API standard, and of `torch.linalg` beyond it.
 * Everything works on the last two axes of f32 and f64, and on leading axes at once; the loops are commands of the plan.
 */
export { type CholeskyOptions, cholesky, choleskySolve } from "./cholesky.ts";
export { type QrMode, type QrOptions, qr } from "./qr.ts";
export { det, inv, lu, slogdet, solve } from "./solve.ts";
export { type TriangularSolveOptions, triangularSolve } from "./triangular.ts";
