/** What is known before anything runs: exact numbers of nodes and kernels, and values that only careless rules would change. */
import { describe, expect, test } from "vitest";
import { listenToPasses } from "../../src/compile/pipeline.ts";
import { isNode } from "../../src/graph/node.ts";
import { topologicalOrder } from "../../src/graph/traverse.ts";
import { compile, full, ones, type Tensor, tensor, where, zeros } from "../../src/index.ts";
import { storageOf } from "../../src/runtime/storage.ts";
import { at } from "../../src/support/invariant.ts";

/** The primitives of `of(x)` after simplification, and how many kernels it becomes. */
function simplified(of: (x: Tensor) => Tensor, x: Tensor): { readonly primitives: string[]; readonly kernels: number } {
  let primitives: string[] = [];
  let kernels = 0;
  const before = listenToPasses((pass, state) => {
    before?.(pass, state);
    if (pass === "simplify") {
      const order = topologicalOrder(state.outputs, (node) => storageOf(node) !== undefined);
      primitives = order.filter((node) => !isNode(node, "source")).map((node) => node.primitive);
    }
    if (pass === "memory") kernels = state.plan?.commands.filter((command) => command.kind === "kernel").length ?? 0;
  });
  try {
    compile(of)(x);
  } finally {
    listenToPasses(before);
  }
  return { primitives, kernels };
}

const x = tensor([1, -0, Number.NaN, Infinity, -Infinity, 2.5]);

describe("what changes nothing vanishes", () => {
  const cases: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
    ["x · 1", (a) => a.multiply(1)],
    ["1 · x", (a) => ones([6]).multiply(a)],
    ["x − 0", (a) => a.subtract(0)],
    ["x + (−0)", (a) => a.add(-0)],
    ["x / 1", (a) => a.divide(1)],
    ["x to the power 1", (a) => a.pow(1)],
    ["−(−x)", (a) => a.negative().negative()],
    ["where of true", (a) => where(full([6], true), a, a.exp())],
    ["where of equal sides", (a) => where(a.less(0), a, a)],
    ["f32 over f64", (a) => a.astype("f64").astype("f32")],
    ["reshapes back and forth", (a) => a.reshape([2, 3]).reshape([3, 2]).reshape([6])],
    ["axes there and back", (a) => a.reshape([2, 3]).permuteDims([1, 0]).permuteDims([1, 0]).reshape([6])],
  ];
  test.each(cases)("%s", async (_, of) => {
    expect(simplified((a) => of(a).abs(), x).primitives).toEqual(["abs"]);
    expect(await compile((a: Tensor) => of(a))(x).toArray()).toEqual(await x.toArray());
  });
});

test("integers lose their zeros and ones too", () => {
  const whole = tensor(Int32Array.of(1, 2, 3));
  expect(simplified((a) => a.add(0).abs(), whole).primitives).toEqual(["abs"]);
  expect(simplified((a) => a.multiply(0).add(a), whole).primitives).toEqual([]);
});

test("x + 0 and x · 0 stay for floats: they change −0, NaN and infinities", async () => {
  expect(simplified((a) => a.add(0), x).primitives).toContain("add");
  expect(simplified((a) => a.multiply(0), x).primitives).toContain("multiply");
  expect(await compile((a: Tensor) => a.add(0))(x).toArray()).toEqual([1, 0, Number.NaN, Infinity, -Infinity, 2.5]);
  const zero = [0, -0, Number.NaN, Number.NaN, Number.NaN, 0];
  expect(await compile((a: Tensor) => a.multiply(0))(x).toArray()).toEqual(zero);
});

test("conversions that lose something stay", () => {
  expect(simplified((a) => a.astype("i32").astype("f32"), x).primitives).toEqual(["astype", "astype"]);
  const whole = tensor(Int32Array.of(1, 300, -3));
  const bytes = (a: Tensor) => a.astype("f64").astype("u8");
  expect(simplified(bytes, whole).primitives).toEqual(["astype", "astype"]);
  expect(simplified((a) => a.astype("f64").astype("f32"), whole).primitives).toEqual(["astype"]);
});

test("maps of constants are constants", async () => {
  const constant = () =>
    full([2, 3], 2)
      .add(ones([2, 3]))
      .sqrt()
      .multiply(3)
      .permuteDims([1, 0])
      .reshape([6]);
  const { primitives, kernels } = simplified((a) => a.multiply(constant()), x);
  expect(primitives).toEqual(["constant", "reshape", "broadcast", "multiply"]);
  expect(kernels).toBe(1);
  const [first] = await compile((a: Tensor) => a.multiply(constant()))(x).data();
  expect(first).toBe(Math.fround(Math.fround(Math.sqrt(3)) * 3));
});

test("equal constants and what is made of them are there once", () => {
  const { primitives } = simplified((a) => a.multiply(full([6], 2)).add(a.multiply(ones([6]).add(1))), x);
  expect(primitives).toEqual(["constant", "reshape", "broadcast", "multiply", "add"]);
});

test("views of what has been computed already are not looked into: what it was made of is gone", async () => {
  const made = tensor([1, 2, 3, 4, 5, 6]).multiply(2).reshape([2, 3]);
  expect(await made.toArray()).toEqual([
    [2, 4, 6],
    [8, 10, 12],
  ]);
  expect(await made.reshape([6]).abs().toArray()).toEqual([2, 4, 6, 8, 10, 12]);
  const turned = made.permuteDims([1, 0]);
  await turned.data();
  expect(await turned.permuteDims([1, 0]).abs().toArray()).toEqual([
    [2, 4, 6],
    [8, 10, 12],
  ]);
  const single = ones([1, 1]);
  await single.data();
  const wide = single.broadcastTo([1, 2]);
  await wide.data();
  expect(await wide.broadcastTo([2, 2]).add(1).toArray()).toEqual([
    [2, 2],
    [2, 2],
  ]);
});

describe("large reductions to few results", () => {
  const count = 2 ** 18;
  const numbers = (length: number) => tensor(Float32Array.from({ length }, (_, index) => (index * 7) % 16));
  const total = (length: number) => Array.from({ length }, (_, index) => (index * 7) % 16).reduce((a, b) => a + b, 0);

  test("run in two stages, small ones and those of many results in one", () => {
    expect(simplified((a) => a.sum(), numbers(count)).kernels).toBe(2);
    expect(simplified((a) => a.sum(), numbers(1000)).kernels).toBe(1);
    expect(simplified((a) => a.reshape([512, 512]).sum(1), numbers(count)).kernels).toBe(1);
    expect(simplified((a) => a.reshape([2 ** 14, 16]).sum(0), numbers(count)).kernels).toBe(2);
    expect(simplified((a) => a.square().sum(), numbers(count)).kernels).toBe(2);
  });

  test.each([count, count + 1, 262147, 2 ** 17])("of %i elements", async (length) => {
    const a = numbers(length);
    expect(await a.sum().item()).toBe(total(length));
    expect(await a.max().item()).toBe(15);
    expect(await a.min().item()).toBe(0);
    expect(await zeros([length]).add(1).prod().item()).toBe(1);
  });

  test("over axes that are not side by side", async () => {
    const a = numbers(count).reshape([16, 4, 64, 64]);
    const expected = await a.astype("f64").sum([0, 2, 3]).toArray();
    expect(await a.sum([0, 2, 3]).toArray()).toEqual(expected);
    expect(await a.sum([0, 2, 3], { keepDims: true }).reshape([4]).toArray()).toEqual(expected);
  });

  test("NaN stays", async () => {
    const data = new Float32Array(count);
    data[77] = Number.NaN;
    expect(await tensor(data).max().item()).toBeNaN();
    expect(await tensor(data).sum().item()).toBeNaN();
  });
});

describe("pieces between zeros", () => {
  const cut = (a: Tensor) => [a.slice([0, 1]), a.slice([1, 4]), a.slice([4, null])] as const;
  const around = (piece: Tensor, low: number) => piece.pad([[low, 6 - low - at(piece.shape, 0)]]);

  test("that fill what they are added up to are put together, −0 being 0 as in a sum", async () => {
    const sum = (a: Tensor) => {
      const [first, middle, last] = cut(a);
      return around(middle, 1).add(around(last, 4)).add(around(first, 0));
    };
    const { primitives, kernels } = simplified(sum, x);
    expect([primitives.includes("pad"), primitives.filter((each) => each === "concat").length, kernels]).toEqual([
      false,
      1,
      1,
    ]);
    const values = await compile(sum)(x).toArray();
    expect(values).toEqual([1, 0, Number.NaN, Infinity, -Infinity, 2.5]);
    expect(Object.is((values as number[])[1], 0)).toBe(true);
  });

  test("keep zeros that stay around all of them, and whole numbers as they are", async () => {
    const whole = tensor(Int32Array.of(1, 2, 3, 4, 5, 6));
    const sum = (a: Tensor) => around(a.slice([0, 2]), 2).add(around(a.slice([2, 3]), 4));
    expect(simplified(sum, whole).primitives.filter((each) => each === "pad" || each === "add")).toEqual(["pad"]);
    expect(await compile(sum)(whole).toArray()).toEqual([0, 0, 1, 2, 3, 0]);
  });

  test("that overlap or leave a gap are added", async () => {
    for (const low of [0, 2, 4]) {
      const sum = (a: Tensor) => around(a.slice([0, 2]), 1).add(around(a.slice([2, 4]), low));
      expect(simplified(sum, x).primitives).not.toContain("concat");
    }
    const both = (a: Tensor) => around(a.slice([0, 2]), 1).add(around(a.slice([0, 2]), 2));
    expect(await compile(both)(tensor([1, 2, 3, 4, 5, 6])).toArray()).toEqual([0, 1, 3, 2, 0, 0]);
  });
});
