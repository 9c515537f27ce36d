/** Indexed reads are fused, indexed writes are one kernel, and neither touches memory that it should not. */
import { describe, expect, test } from "vitest";
import { compileProgram } from "../../src/compile/pipeline.ts";
import { WasmDevice } from "../../src/device/wasm/wasmDevice.ts";
import { compile, grad, nn, optim, Parameter, scatterAdd, type Tensor, take, tensor, zeros } from "../../src/index.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { printPlan } from "../../src/kernel/print.ts";
import { verifyPlan } from "../../src/kernel/verify.ts";

const { target } = new WasmDevice();
const integers = (...values: readonly number[]) => tensor(Int32Array.from(values));

function planOf(sources: readonly Tensor[], output: Tensor): Plan {
  const plan = compileProgram(
    { sources: sources.map(({ node }) => node), outputs: [output.node], replaces: [] },
    target,
  );
  verifyPlan(plan);
  return plan;
}

const kernelsOf = ({ commands }: Plan) => commands.filter(({ kind }) => kind === "kernel").length;
const table = () => tensor(new Float32Array(50 * 16), { shape: [50, 16] });

describe("reads", () => {
  test("are computed where they are used, without scratch memory", () => {
    const [x, rows] = [table(), integers(3, 1, 4, 1, 5)];
    const plan = planOf([x, rows], take(x, rows).multiply(2).square().sum());
    expect([kernelsOf(plan), plan.arenaBytes]).toEqual([1, 0]);
  });

  test("of reads are one address", () => {
    const [x, rows, places] = [table(), integers(3, 1, 4, 1, 5), integers(0, 2)];
    const plan = planOf([x, rows, places], take(take(x, rows), places));
    expect([kernelsOf(plan), plan.arenaBytes]).toEqual([1, 0]);
  });

  test("of what is dear keep it, where they would compute it more than once", () => {
    const [x, rows] = [tensor(new Float32Array(4)), tensor(new Int32Array(1000))];
    expect(kernelsOf(planOf([x, rows], take(x.exp().sin(), rows)))).toBe(2);
    // Of as many elements each, but several together
    const [first, second] = [tensor(new Int32Array(1000)), tensor(new Int32Array(1000))];
    const both = (elements: number) => {
      const each = tensor(new Float32Array(elements));
      const dear = each.exp().sin();
      return kernelsOf(planOf([each, first, second], take(dear, first).add(take(dear, second))));
    };
    expect([both(1500), both(2500)]).toEqual([2, 1]);
    expect(kernelsOf(planOf([x, rows], take(x.multiply(2), rows)))).toBe(1);
  });

  test("follow what wrote what they read", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const chosen = compile((each: Tensor, at: Tensor) => {
      const shares = each.divide(each.sum({ axis: 1, keepDims: true }));
      return shares.takeAlongAxis(at).add(shares.max({ axis: 1, keepDims: true }));
    });
    expect(await chosen(x, tensor([[0], [2]], { dtype: "i32" })).data()).toEqual(
      Float32Array.of(1 / 6 + 0.5, 0.4 + 0.4),
    );
  });
});

describe("writes", () => {
  test("are one kernel: what they add is computed on the way", () => {
    const [x, rows, values] = [table(), integers(3, 1, 4, 1, 5), tensor(new Float32Array(80), { shape: [5, 16] })];
    const plan = planOf([x, rows, values], scatterAdd(x.multiply(0.5), rows.add(1), values.exp()));
    expect([kernelsOf(plan), plan.arenaBytes]).toEqual([1, 0]);
  });

  test("go through the indices in order, rows as vectors", () => {
    const [rows, values] = [integers(3, 1, 4), tensor(new Float32Array(48), { shape: [3, 16] })];
    const text = printPlan(planOf([rows, values], scatterAdd(zeros([50, 16]), rows, values)));
    expect(text.slice(0, text.indexOf("memory:"))).toMatchInlineSnapshot(`
      "k0: kernel scatter (b0: readwrite f32, b1: read i32, b2: read f32, s0, s1, s2, s3, s4)
        loop v0 = 0 .. s0 vector 8 multiple 8
          b0[v0] = 0f
        loop v1 = 0 .. s1
          let v2: i32 = b1[v1]
          let v3: bool = (v2 < 0)
          let v4: i32 = (min(max(select(v3, s3 + v2, v2), 0), s4) * s2)
          let v5: i32 = select(v3, v2 + 50, v2)
          let v6: bool = ((0 <= v5) & (v5 < 50))
          let v7: i32 = (v1 * s2)
          loop v8 = 0 .. s2 vector 8 multiple 8
            let v9: i32 = (v4 + v8)
            b0[v9] = select(v6, (t0: b0[v9]) + b2[v7 + v8], t0)
      "
    `);
  });

  test("of single numbers never run as lanes", () => {
    const [x, places] = [tensor(new Float32Array(64)), tensor(new Int32Array(64))];
    const text = printPlan(planOf([x, places], scatterAdd(zeros([64]), places, x)));
    expect(text.match(/loop .*/g)?.map((loop) => loop.includes("vector"))).toEqual([true, false]);
  });

  test("of a parameter into itself keep its memory", async () => {
    const count = new Parameter(zeros([4]));
    const step = compile((places: Tensor) => count.assign(count.value.scatterAdd(places, 1)));
    step(integers(0, 2, 2));
    step(integers(2, 3, 9));
    expect(step.traces[0]?.plan.commands.map(({ kind }) => kind)).toEqual(["kernel"]);
    expect(await count.value.toArray()).toEqual([1, 0, 3, 1]);
  });

  test("that add what they read of the old value read all of it first", async () => {
    const weight = new Parameter(tensor([1, 10, 100]));
    const double = compile((places: Tensor) => {
      const old = weight.value;
      weight.assign(old.scatterAdd(places, old.take(places)));
    });
    double(integers(1, 1, 0));
    double(integers(2, 0, 2));
    expect(await weight.value.toArray()).toEqual([4, 30, 300]);
  });

  test("take indices that are computed, and compute them one way", async () => {
    const x = tensor([0, Math.log(3), 1, 2]);
    const [text] = printPlan(planOf([x], scatterAdd(zeros([8]), x.exp().floor().astype("i32"), 1))).split("memory:");
    expect(text).not.toMatch(/exp\(/);
    expect(await scatterAdd(zeros([8]), x.exp().add(0.5).floor().astype("i32"), 1).toArray()).toEqual([
      0, 1, 0, 2, 0, 0, 0, 1,
    ]);
    const bits = tensor(new Uint32Array([2, 0, 2]));
    expect(await scatterAdd(zeros([3]), bits.bitwiseXor(1).bitwiseXor(1), 1).toArray()).toEqual([1, 0, 2]);
  });
});

test("a step of an embedding is four launches: loss, gradient, update, count", () => {
  const words = new nn.Embedding(50, 16);
  const optimizer = new optim.SGD(words.parameters(), { learningRate: 0.1 });
  const step = compile((x: Tensor) => optimizer.minimize(() => words.forward(x).square().sum()));
  step(tensor(new Int32Array(24), { shape: [4, 6] }));
  expect(step.traces[0]?.plan.commands.length).toBe(4);
});

test("the gradient of a read adds up where positions repeat", async () => {
  const f = (x: Tensor) =>
    take(x, integers(2, 0, 2, -1, 7))
      .multiply(tensor([1, 10, 100, 1000, 5]))
      .slice([0, 4])
      .sum();
  expect(await grad(f)(tensor([1, 2, 3])).toArray()).toEqual([10, 0, 1101]);
});
