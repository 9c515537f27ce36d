/** Linear algebra against NumPy and SciPy: `make_linalg.py` made the numbers. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { linalg, type Tensor, tensor } from "../../src/index.ts";

const numbers: z.ZodType<number | number[] | number[][]> = z.union([
  z.number(),
  z.array(z.number()),
  z.array(z.array(z.number())),
]);
const matrix = z.array(z.array(z.number()));
const file = z
  .object({ right: matrix, cases: z.record(z.string(), z.object({ x: matrix, expected: numbers })) })
  .parse(JSON.parse(readFileSync(new URL("linalg.json", import.meta.url), "utf8")));
const f64 = (values: number[][]): Tensor => tensor(values, { dtype: "f64" });
const right = f64(file.right);

/** What is called on each case, and how many digits may be lost to the conditioning of the problem. */
const calls: Record<string, readonly [call: (x: Tensor) => Tensor, tolerance: number]> = {
  cholesky: [(x) => linalg.cholesky(x), 1e-13],
  inv: [(x) => linalg.inv(x), 1e-12],
  det: [(x) => linalg.det(x), 1e-13],
  slogdet: [(x) => linalg.slogdet(x)[1], 1e-13],
  eigvalsh: [(x) => linalg.eigvalsh(x), 1e-13],
  svdvals: [(x) => linalg.svdvals(x), 1e-13],
  "svdvals ill-conditioned": [(x) => linalg.svdvals(x), 1e-14],
  pinv: [(x) => linalg.pinv(x), 1e-13],
  "pinv deficient": [(x) => linalg.pinv(x), 1e-12],
  matrixRank: [(x) => linalg.matrixRank(x), 0],
  expm: [(x) => linalg.expm(x), 1e-12],
  "expm large": [(x) => linalg.expm(x), 1e-10],
  cond: [(x) => linalg.cond(x), 1e-12],
  matrixPower: [(x) => linalg.matrixPower(x, -3), 1e-10],
  nuc: [(x) => linalg.matrixNorm(x, { order: "nuc" }), 1e-13],
  lu: [(x) => linalg.lu(x)[2], 1e-13],
  qr: [(x) => linalg.qr(x)[1].abs(), 1e-13],
  lstsq: [(x) => linalg.lstsq(x, tensor([0, 1, 2, 3, 4, 5, 6, 7], { dtype: "f64" })).solution, 1e-12],
  solve: [(x) => linalg.solve(x, right), 1e-12],
};

it.each(Object.entries(file.cases))("%s", async (name, { x, expected }) => {
  const [call, tolerance] = calls[name] ?? [];
  if (call === undefined || tolerance === undefined) throw new Error(`no call for ${name}`);
  const actual = await call(f64(x)).astype("f64").data();
  const wanted = [expected].flat(2);
  expect(actual.length).toBe(wanted.length);
  const size = Math.max(...wanted.map(Math.abs));
  const worst = Math.max(...wanted.map((value, index) => Math.abs(value - (actual[index] ?? NaN))));
  expect(worst / size).toBeLessThanOrEqual(tolerance);
});
