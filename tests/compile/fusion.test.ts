/** What the compiler makes of typical programs: kernel counts, bytes and printed kernels are exact. */
import { expect, test, vi } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import type { Node } from "../../src/graph/node.ts";
import { topologicalOrder } from "../../src/graph/traverse.ts";
import { compile, erfc, nn, optim, softmax, type Tensor, tensor, where, zeros } from "../../src/index.ts";
import { ExpressionBuilder } from "../../src/kernel/builder.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { printPlan } from "../../src/kernel/print.ts";
import { structureOf } from "../../src/kernel/structure.ts";
import { verifyPlan } from "../../src/kernel/verify.ts";
import { renderModule } from "../../src/render/wasm/renderModule.ts";
import { storageOf } from "../../src/runtime/storage.ts";
import { at } from "../../src/support/invariant.ts";

const { target } = new WasmDevice();

function planOf(...outputs: readonly Tensor[]): Plan {
  const nodes = outputs.map((output) => output.node);
  const sources = topologicalOrder(nodes, (node) => storageOf(node) !== undefined).filter(
    (node: Node) => storageOf(node) !== undefined,
  );
  return compileProgram({ sources, outputs: nodes, replaces: [] }, target);
}

function kernelsOf(plan: Plan): number {
  return plan.commands.filter((command) => command.kind === "kernel").length;
}

test("a chain of maps is one kernel without scratch memory", () => {
  const x = zeros([7, 5]).add(0);
  const plan = planOf(
    tensor(new Float32Array(35), { shape: [7, 5] })
      .multiply(2)
      .add(x)
      .exp()
      .relu(),
  );
  expect(kernelsOf(plan)).toBe(1);
  expect(plan.arenaBytes).toBe(0);
});

test("softmax is one kernel", () => {
  expect(kernelsOf(planOf(softmax(tensor(new Float32Array(12), { shape: [3, 4] }), -1)))).toBe(1);
});

test("a layer is one kernel: product, bias and nonlinearity", () => {
  const x = tensor(new Float32Array(12), { shape: [3, 4] });
  const weight = tensor(new Float32Array(20), { shape: [4, 5] });
  const bias = tensor(new Float32Array(5));
  const plan = planOf(x.matmul(weight).add(bias).relu());
  expect(kernelsOf(plan)).toBe(1);
  expect(plan.arenaBytes).toBe(0);
});

test("mean and variance of a row, and the row normalized, are one kernel", () => {
  const x = tensor(new Float32Array(48), { shape: [4, 12] });
  const mean = x.mean({ axis: -1, keepDims: true });
  const centred = x.subtract(mean);
  const variance = centred.multiply(centred).mean({ axis: -1, keepDims: true });
  expect(kernelsOf(planOf(centred.divide(variance.add(1e-5).sqrt())))).toBe(1);
});

test("what two kernels would compute at a price is kept, what is cheap is computed again", () => {
  const x = tensor(new Float32Array(64), { shape: [8, 8] });
  const expensive = x.exp().sin();
  expect(kernelsOf(planOf(expensive.matmul(expensive)))).toBe(2);
});

test("equal layers share their kernels", () => {
  const weight = () => tensor(new Float32Array(36), { shape: [6, 6] });
  let x = tensor(new Float32Array(18), { shape: [3, 6] });
  for (let layer = 0; layer < 5; layer++) x = x.matmul(weight()).relu();
  const plan = planOf(x);
  expect(kernelsOf(plan)).toBe(5);
  expect(plan.kernels.length).toBe(1);
});

test("scratch memory is reused once nothing needs it", () => {
  let x = tensor(new Float32Array(64 * 64), { shape: [64, 64] });
  for (let layer = 0; layer < 6; layer++) x = x.matmul(x);
  expect(planOf(x).arenaBytes).toBe(2 * 64 * 64 * 4);
});

test("a training step 784–256–10 with AdamW is at most 12 launches", () => {
  const model = new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 10));
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 1e-3 });
  const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => nn.crossEntropy(model.forward(x), y)));
  step(tensor(new Float32Array(128 * 784), { shape: [128, 784] }), tensor(new Int32Array(128)));
  const plan = step.traces[0]?.plan;
  expect(plan === undefined ? 0 : kernelsOf(plan)).toBeGreaterThan(0);
  expect(plan === undefined ? 99 : plan.commands.length).toBeLessThanOrEqual(12);
});

test("compiling that step makes few expressions: a first step runs cold code, so each of them counts", () => {
  const counted = (["apply", "load", "withInputs"] as const).map((method) =>
    vi.spyOn(ExpressionBuilder.prototype, method),
  );
  const model = new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 10));
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 1e-3 });
  const step = compile((x: Tensor, y: Tensor) => optimizer.minimize(() => nn.crossEntropy(model.forward(x), y)));
  step(tensor(new Float32Array(128 * 784), { shape: [128, 784] }), tensor(new Int32Array(128)));
  const calls = counted.map((method) => method.mock.calls.length);
  vi.restoreAllMocks();
  expect(calls.every((count) => count > 0)).toBe(true);
  expect(calls.reduce((sum, count) => sum + count)).toBeLessThan(8000);
});

test("what a vector loop leaves over is no concern of a kernel that leaves nothing over", () => {
  const double = (count: number) => planOf(tensor(new Float32Array(count)).multiply(2)).kernels.map(structureOf);
  expect(double(64)).toEqual(double(1600));
  expect(double(64)).not.toEqual(double(68));
  expect(double(68)).not.toEqual(double(67));
  expect(double(67)).toEqual(double(1001));
  const kernels = [64, 68, 67].map((count) => at(planOf(tensor(new Float32Array(count)).multiply(2)).kernels, 0));
  const sizes = kernels.map((kernel) => renderModule([kernel], { isRelaxed: false, isShared: false }).bytes.length);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(new Set(sizes).size).toBe(3);
});

test("the verifier refuses a launch that leaves over what its kernel does not expect", () => {
  const plan = planOf(tensor(new Float32Array(64)).multiply(2));
  const commands = plan.commands.map((command) => (command.kind === "kernel" ? { ...command, sizes: [60] } : command));
  expect(() => verifyPlan({ ...plan, commands })).toThrow("which is no multiple of 8");
});

test("a printed plan shows what a layer became", () => {
  const x = tensor(new Float32Array(6), { shape: [2, 3] });
  const weight = tensor(new Float32Array(3), { shape: [3, 1] });
  expect(printPlan(planOf(x.matmul(weight)))).toMatchInlineSnapshot(`
    "k0: kernel contract (b0: read f32, b1: read f32, b2: write f32, s0, s1)
      loop v0 = 0 .. s0 parallel
        carry v1: f32 = 0f
        let v2: i32 = (v0 * s1)
        loop v3 = 0 .. s1
          v1 += (b0[v2 + v3] * b1[v3])
        b2[v0] = v1
    memory: 3 external, 0 bytes of scratch
      m0: external 0, 24 bytes
      m1: external 1, 12 bytes
      m2: external 2, 8 bytes
    commands:
      k0 contract(m0, m1, m2, 2, 3)  contract"
  `);
});

test("softmax keeps the powers of a row where the quotients go: no scratch memory", () => {
  expect(planOf(softmax(tensor(new Float32Array(12), { shape: [3, 4] }), -1)).arenaBytes).toBe(0);
  // along an axis outside, nothing changes
  expect(planOf(softmax(tensor(new Float32Array(12), { shape: [3, 4] }), 0)).arenaBytes).toBe(0);
});

test("what is wanted besides the result keeps its own memory", async () => {
  const x = tensor([
    [0, 1],
    [2, 3],
  ]);
  const both = compile((a: Tensor) => {
    const powers = a.exp();
    return [powers, powers.divide(powers.sum(1, { keepDims: true }))] as const;
  });
  const [powers, quotients] = both(x);
  expect(await powers.data()).toEqual(await x.exp().data());
  expect(await quotients.data()).toEqual(await softmaxOf(x).data());
  // read elsewhere in the row too: the reversed powers would be overwritten
  const turned = compile((a: Tensor) => {
    const part = a.exp().divide(a.exp().sum(1, { keepDims: true }));
    return part.add(part.flip(1));
  });
  const expected = await softmaxOf(x).data();
  const [first = 0, second = 0] = expected;
  expect((await turned(x).data())[0]).toBeCloseTo(first + second, 6);
});

function softmaxOf(x: Tensor): Tensor {
  const powers = x.exp();
  return powers.divide(powers.sum(1, { keepDims: true }));
}

test("what a result needs anyhow is computed once, though another needs it only where its condition fails", () => {
  const x = tensor(new Float32Array(64));
  const bounded = x.clip(-40, 40);
  const tail = erfc(bounded.multiply(-Math.SQRT1_2));
  const gated = where(x.greaterEqual(40), x, bounded.multiply(tail));
  const reciprocals = (plan: Plan) => printPlan(plan).split("1f / ").length - 1;
  expect(kernelsOf(planOf(tail, gated))).toBe(1);
  expect(reciprocals(planOf(tail, gated))).toBe(1);
});
