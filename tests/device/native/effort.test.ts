/** Which kernels the compiler is to think about: products and polynomials, not what moves memory. */
import { expect, test } from "vitest";
import { compileProgram } from "../../../src/compile/pipeline.ts";
import { effortFor } from "../../../src/device/native/effort.ts";
import { sourceNode } from "../../../src/graph/node.ts";
import { conv2d, gelu, mean, Tensor, vjp, zeros } from "../../../src/index.ts";
import { targetOf } from "../../../src/render/c/features.ts";
import "../../../src/runtime/registry.node.ts";
import { featuresFor } from "../../render/runInC.ts";

function effortsOf(
  f: (x: Tensor) => Tensor,
  shape: readonly number[],
  isa: "avx2" | "avx512" = "avx2",
): readonly string[] {
  const source = sourceNode({ shape, dtype: "f32" });
  const program = { sources: [source], outputs: [f(new Tensor(source)).node], replaces: [] };
  return compileProgram(program, targetOf(featuresFor(isa))).kernels.map(effortFor);
}

test("tiles and long arithmetic take more effort than what mostly moves memory", () => {
  expect(effortsOf((x) => x.matmul(x), [256, 256])).toContain("-O2");
  expect(effortsOf((x) => mean(x, 0, { keepDims: true }).matmul(x), [512, 512])).toContain("-O2");
  expect(effortsOf(gelu, [1000])).toEqual(["-O2"]);
  expect(effortsOf((x) => x.permuteDims([1, 0]), [64, 32])).toEqual(["-O1"]);
  expect(effortsOf((x) => x.add(1).multiply(x), [1000])).toEqual(["-O1"]);
  expect(effortsOf((x) => x.subtract(mean(x, 1, { keepDims: true })), [64, 32])).toEqual(["-O1"]);
});

test("sums of products that are taken from memory take little: the gradient of a convolution by its kernel", () => {
  const convolve = (x: Tensor) => (w: Tensor) => conv2d(x, w, { padding: 1 });
  const upstream = zeros([16, 32, 9, 9]);
  const gradient = (x: Tensor) => vjp(convolve(x), zeros([32, 8, 3, 3]))[1](upstream)[0];
  expect(effortsOf(gradient, [16, 8, 9, 9], "avx512")).not.toContain("-O2");
  expect(effortsOf(gradient, [16, 8, 9, 9], "avx2")).toContain("-O2");
});
