/** Activations and their derivatives at infinities, at numbers beyond every gate, and at NaN. */
import { describe, expect, it } from "vitest";
import * as S from "../../src/index.ts";

const far = [-Infinity, -3e38, -1e30, -1e6, -1000];

/** What the activation is far below 0 (or a function of x there), and its derivatives far below and far above, where it is x or a number. */
const limits: Record<
  string,
  readonly [f: (x: S.Tensor) => S.Tensor, below: number | "linear", above: number | "linear"]
> = {
  silu: [S.silu, 0, "linear"],
  gelu: [(x) => S.gelu(x), 0, "linear"],
  "gelu by tanh": [(x) => S.gelu(x, { approximate: "tanh" }), 0, "linear"],
  mish: [S.mish, 0, "linear"],
  softplus: [S.softplus, 0, "linear"],
  logSigmoid: [S.logSigmoid, "linear", 0],
  sigmoid: [S.sigmoid, 0, 1],
  elu: [(x) => S.elu(x), -1, "linear"],
  "selu without its scale": [(x) => S.selu(x).divide(1.0507009873554805), -1.6732632423543772, "linear"],
  celu: [(x) => S.celu(x, 2), -2, "linear"],
  relu: [S.relu, 0, "linear"],
  relu6: [S.relu6, 0, 6],
  hardTanh: [(x) => S.hardTanh(x), -1, 1],
  hardSigmoid: [S.hardSigmoid, 0, 1],
  hardSwish: [S.hardSwish, 0, "linear"],
  softsign: [S.softsign, -1, 1],
  tanh: [S.tanh, -1, 1],
};

describe.each(Object.entries(limits))("%s", (_name, [f, below, above]) => {
  it.each(["f16", "f32", "f64"] as const)(
    "is finite, and so is its derivative, wherever it can be in %s",
    async (dtype) => {
      for (const [sign, limit] of [
        [1, below],
        [-1, above],
      ] as const) {
        const values = await S.tensor(far, { dtype }).multiply(sign).data();
        const x = S.tensor(Array.from(values), { dtype });
        const [value, slope] = [await f(x).data(), await S.grad((each: S.Tensor) => f(each).sum())(x).data()];
        values.forEach((each, index) => {
          const expected = limit === "linear" ? each : limit;
          if (Number.isFinite(expected))
            expect(value[index], `of ${each}`).toBeCloseTo(expected, dtype === "f16" ? 1 : 2);
          else expect(value[index], `of ${each}`).toBe(expected);
          expect(slope[index], `slope at ${each}`).toBeCloseTo(limit === "linear" ? 1 : 0, 2);
        });
      }
    },
  );

  it("hands NaN on", async () => {
    expect(await f(S.tensor([NaN])).toArray()).toEqual([NaN]);
  });
});
