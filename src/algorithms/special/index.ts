/** Special functions: re-exports only. */
export { i0, i1 } from "./bessel.ts";
export { acos, asin, atan, atan2 } from "./circular.ts";
export { digamma, lgamma, polygamma } from "./gamma.ts";
export { betainc, gammainc, gammaincc } from "./incomplete.ts";
export { erfinv, logNdtr, ndtr, ndtri } from "./normal.ts";
