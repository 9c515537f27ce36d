/** Normalizing layers against PyTorch: three batches each, two of training and one of evaluation, eager and compiled. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { adaptiveAveragePool, compile, gradientsOf, nn, type Parameter, type Tensor, tensor } from "../../src/index.ts";
import { expectNear } from "./golden.ts";

interface Batch {
  readonly training: boolean;
  readonly x: readonly number[];
  readonly upstream: readonly number[];
  readonly y: readonly number[];
  readonly dx: readonly number[];
  readonly dweight: readonly number[] | null;
  readonly dbias: readonly number[] | null;
  readonly mean: readonly number[] | null;
  readonly variance: readonly number[] | null;
}

interface Layer {
  readonly shape: readonly number[];
  readonly weight: readonly number[] | null;
  readonly bias: readonly number[] | null;
  readonly batches: readonly Batch[];
}

interface Pool {
  readonly shape: readonly number[];
  readonly sizes: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
}

const golden: { readonly layers: Readonly<Record<string, Layer>>; readonly pools: readonly Pool[] } = JSON.parse(
  readFileSync(new URL("normalization.json", import.meta.url), "utf8"),
);

const dtype = "f64" as const;
const layers: Readonly<Record<string, () => nn.Module & { weight: Parameter | null; bias: Parameter | null }>> = {
  "BatchNorm1d rows": () => new nn.BatchNorm1d(3, { dtype }),
  "BatchNorm1d series": () => new nn.BatchNorm1d(3, { momentum: 0.3, epsilon: 1e-3, dtype }),
  BatchNorm2d: () => new nn.BatchNorm2d(2, { dtype }),
  BatchNorm3d: () => new nn.BatchNorm3d(2, { affine: false, dtype }),
  "BatchNorm2d untracked": () => new nn.BatchNorm2d(2, { trackRunningStatistics: false, dtype }),
  LayerNorm: () => new nn.LayerNorm(6, { dtype }),
  "LayerNorm of two axes": () => new nn.LayerNorm([3, 5], { epsilon: 1e-3, dtype }),
  GroupNorm: () => new nn.GroupNorm(2, 6, { dtype }),
  InstanceNorm: () => new nn.InstanceNorm(3, { dtype }),
  "InstanceNorm affine": () => new nn.InstanceNorm(3, { affine: true, dtype }),
};

const host = (data: readonly number[], shape: readonly number[]) => tensor(new Float64Array(data), { shape });
const expectLike = (given: Tensor | undefined, expected: readonly number[] | null, what: string) => {
  expect(given === undefined, what).toBe(expected === null);
  return given === undefined || expected === null
    ? undefined
    : expectNear(given, { shape: given.shape, dtype, data: new Float64Array(expected) }, 1e-10, what);
};

describe.each(["eager", "compiled"] as const)("%s", (how) => {
  it.each(Object.entries(layers))("%s has PyTorch's results, gradients and statistics", async (name, make) => {
    const given = golden.layers[name];
    if (given === undefined) return expect.fail(`normalization.json has no ${name}`);
    const layer = make();
    for (const key of ["weight", "bias"] as const) {
      const values = given[key];
      if (values !== null) layer[key]?.assign(host(values, layer[key].shape));
    }
    const wanted = (x: Tensor) => [
      x,
      ...[layer.weight, layer.bias].flatMap((each) => (each === null ? [] : [each.value])),
    ];
    const run = (x: Tensor, upstream: Tensor): { y: Tensor; slopes: readonly Tensor[] } => {
      const inputs = wanted(x);
      const y = layer.forward(x);
      return { y, slopes: gradientsOf(y.multiply(upstream).sum(), inputs) };
    };
    const step = how === "compiled" ? compile(run) : run;
    for (const [index, batch] of given.batches.entries()) {
      layer.train(batch.training);
      const { y, slopes } = step(host(batch.x, given.shape), host(batch.upstream, given.shape));
      const what = `${name}, batch ${index}`;
      await expectLike(y, batch.y, what);
      await expectLike(slopes[0], batch.dx, `${what}, gradient`);
      await expectLike(slopes[1], batch.dweight, `${what}, gradient of the weight`);
      await expectLike(slopes[2], batch.dbias, `${what}, gradient of the bias`);
      if (!(layer instanceof nn.BatchNorm)) continue;
      await expectLike(layer.runningMean?.value, batch.mean, `${what}, running mean`);
      await expectLike(layer.runningVariance?.value, batch.variance, `${what}, running variance`);
    }
  });
});

it("adaptive averages are PyTorch's", async () => {
  for (const { shape, sizes, x, y } of golden.pools)
    await expectLike(adaptiveAveragePool(host(x, shape), sizes), y, `${shape} to ${sizes}`);
});
