/** How many launches normalizing takes: exact numbers. */
import { expect, test } from "vitest";
import {
  adaptiveAveragePool,
  batchNorm,
  compile,
  gradientsOf,
  groupNorm,
  instanceNorm,
  layerNorm,
  nn,
  type Parameter,
  rmsNorm,
  type Tensor,
  zeros,
} from "../../src/index.ts";

/** Kernels of one call. */
function launches(f: (x: Tensor) => unknown, x: Tensor): number {
  const compiled = compile(f);
  compiled(x);
  return compiled.traces[0]?.plan.commands.length ?? NaN;
}

const image = () => zeros([8, 16, 12, 12]);
const rows = () => zeros([64, 96]);

test.each<[string, (x: Tensor) => Tensor, () => Tensor]>([
  ["layerNorm", (x) => layerNorm(x), rows],
  ["layerNorm of two axes", (x) => layerNorm(x, { axes: 2 }), () => zeros([64, 12, 8])],
  ["rmsNorm", (x) => rmsNorm(x), rows],
  ["instanceNorm", (x) => instanceNorm(x), image],
  ["batchNorm by the batch", (x) => batchNorm(x), image],
  ["nn.LayerNorm", (x) => new nn.LayerNorm(96).forward(x), rows],
  ["nn.BatchNorm2d in evaluation, and a nonlinearity", (x) => new nn.BatchNorm2d(16).eval().forward(x).relu(), image],
  ["an average over whole images", (x) => adaptiveAveragePool(x, [1, 1]), image],
])("%s is one kernel", (_, f, make) => {
  expect(launches(f, make())).toBe(1);
});

test("groupNorm is two kernels: its groups are axes that its result does not have", () => {
  expect(launches((x) => groupNorm(x, 4), image())).toBe(2);
  expect(launches((x) => new nn.GroupNorm(4, 16).forward(x).relu(), image())).toBe(2);
});

/** Result, running statistics, and gradients by input, weight and bias of one layer. */
function trained(layer: nn.Module & { weight: Parameter | null; bias?: Parameter | null }) {
  const parameters = [layer.weight, layer.bias ?? null].flatMap((each) => (each === null ? [] : [each]));
  return (x: Tensor) => {
    const inputs = [x, ...parameters.map(({ value }) => value)];
    const y = layer.forward(x);
    return [y, ...gradientsOf(y.multiply(y.sin()).sum(), inputs)];
  };
}

// Batch normalization reduces over all but the channels, and a channel is one iteration: statistics, result and gradients are loops side by side
test.each<[string, () => ReturnType<typeof trained>, () => Tensor, number]>([
  ["nn.LayerNorm", () => trained(new nn.LayerNorm(96)), rows, 2],
  ["nn.RMSNorm", () => trained(new nn.RMSNorm(96)), rows, 2],
  ["nn.GroupNorm", () => trained(new nn.GroupNorm(4, 16)), image, 5],
  ["nn.BatchNorm2d", () => trained(new nn.BatchNorm2d(16)), image, 1],
])("%s with its gradients and statistics is few kernels", (_, make, input, count) => {
  expect(launches(make(), input())).toBe(count);
});
