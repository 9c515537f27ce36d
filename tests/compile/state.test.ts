/** Compiled functions and the state they touch: in-place updates never change what somebody still holds. */
import { expect, test } from "vitest";
import { compile, grad, Parameter, random, seed, type Tensor, TracingError, tensor, vmap } from "../../src/index.ts";
import { currentDevice } from "../../src/runtime/registry.ts";
import { dependOn } from "../../src/tensor/tracing.ts";

const values = async (x: Tensor) => [...(await x.data())];

test("a compiled function gives what the plain one gives, for each shape", async () => {
  const plain = (x: Tensor, y: Tensor) => x.multiply(y).add(1).sum({ axis: 0 });
  const compiled = compile(plain);
  for (const rows of [1, 2, 5]) {
    const x = tensor(
      Float32Array.from({ length: 3 * rows }, (_, i) => i),
      { shape: [rows, 3] },
    );
    expect(await values(compiled(x, x))).toEqual(await values(plain(x, x)));
  }
  expect(compiled.traces.length).toBe(3);
});

test("parameters are updated in place while nobody looks", async () => {
  const weight = new Parameter([1, 2, 3]);
  const step = compile(() => weight.assign(weight.value.multiply(2)));
  step();
  const address = weight.node;
  const before = currentDevice().bytesInUse;
  for (let index = 0; index < 10; index++) step();
  expect(weight.node).toBe(address);
  expect(currentDevice().bytesInUse).toBe(before);
  expect(await values(weight.value)).toEqual([2048, 4096, 6144]);
});

test("an older value that somebody holds stays what it was", async () => {
  const weight = new Parameter([1, 2, 3]);
  const step = compile((x: Tensor) => weight.assign(weight.value.add(x)));
  const first = weight.value;
  step(tensor([1, 1, 1]));
  const second = weight.value;
  const pending = weight.value.multiply(10);
  step(tensor([1, 1, 1]));
  step(tensor([1, 1, 1]));
  expect(await values(first)).toEqual([1, 2, 3]);
  expect(await values(second)).toEqual([2, 3, 4]);
  expect(await values(pending)).toEqual([20, 30, 40]);
  expect(await values(weight.value)).toEqual([4, 5, 6]);
});

test("a tensor that a parameter was made from is not overwritten", async () => {
  const start = tensor([1, 2]);
  const weight = new Parameter(start);
  const step = compile(() => weight.assign(weight.value.add(1)));
  step();
  step();
  expect(await values(start)).toEqual([1, 2]);
  expect(await values(weight.value)).toEqual([3, 4]);
});

test("an update that reads other elements of its old value is still right", async () => {
  const weight = new Parameter([1, 2, 3, 4]);
  const reverse = compile(() => weight.assign(weight.value.flip(0).add(weight.value.sum())));
  reverse();
  reverse();
  // [1, 2, 3, 4] → [14, 13, 12, 11] → [61, 62, 63, 64]
  expect(await values(weight.value)).toEqual([61, 62, 63, 64]);
});

test("parameters can change places", async () => {
  const a = new Parameter([1, 2]);
  const b = new Parameter([3, 4]);
  const swap = compile(() => {
    const old = a.value;
    a.assign(b.value);
    b.assign(old);
  });
  swap();
  expect([await values(a.value), await values(b.value)]).toEqual([
    [3, 4],
    [1, 2],
  ]);
  swap();
  swap();
  expect([await values(a.value), await values(b.value)]).toEqual([
    [3, 4],
    [1, 2],
  ]);
});

test("reads after an assignment see the new value, and the old value can be returned beside it", async () => {
  const weight = new Parameter([1]);
  const step = compile(() => {
    const old = weight.value;
    weight.assign(old.add(1));
    return { old, doubled: weight.value.multiply(2), now: weight.value };
  });
  step();
  const { old, doubled, now } = step();
  expect([await old.item(), await doubled.item(), await now.item()]).toEqual([2, 6, 3]);
});

test("random numbers are new at each run, and the same as in eager code", async () => {
  const draw = () => random.uniform([4]);
  const compiled = compile(draw);
  seed(7);
  const eager = [await values(draw()), await values(draw())];
  seed(7);
  const runs = [await values(compiled()), await values(compiled())];
  expect(runs).toEqual(eager);
  expect(runs[0]).not.toEqual(runs[1]);
});

test("a flag that the function depends on makes another trace", async () => {
  let negate = false;
  const compiled = compile((x: Tensor) => (dependOn(() => negate) ? x.negative() : x.add(0)));
  expect(await compiled(tensor([2])).item()).toBe(2);
  negate = true;
  expect(await compiled(tensor([2])).item()).toBe(-2);
  negate = false;
  expect(await compiled(tensor([2])).item()).toBe(2);
  expect(compiled.traces.length).toBe(2);
});

test("tensors from outside are captured as they are", async () => {
  const scale = tensor([10]).multiply(2);
  const compiled = compile((x: Tensor) => x.multiply(scale));
  expect(await compiled(tensor([3])).item()).toBe(60);
  expect(await scale.item()).toBe(20);
});

test("compiled functions can be differentiated, batched and called in each other", async () => {
  const square = compile((x: Tensor) => x.multiply(x).sum());
  expect(await values(grad(square)(tensor([1, 2, 3])))).toEqual([2, 4, 6]);
  expect(
    await values(
      vmap(square)(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ),
  ).toEqual([5, 25]);
  const outer = compile((x: Tensor) => square(x).add(1));
  expect(await outer(tensor([1, 2])).item()).toBe(6);
  const gradient = compile((x: Tensor) => grad(square)(x));
  expect(await values(gradient(tensor([4, 5])))).toEqual([8, 10]);
});

test("trees of arguments and results keep their form", async () => {
  const compiled = compile(({ a, scale }: { a: Tensor; scale: number }) => ({
    twice: [a.multiply(scale)] as const,
    name: "kept",
  }));
  const result = compiled({ a: tensor([1, 2]), scale: 3 });
  expect(result.name).toBe("kept");
  expect(await values(result.twice[0])).toEqual([3, 6]);
  expect(await values(compiled({ a: tensor([1, 2]), scale: 4 }).twice[0])).toEqual([4, 8]);
});

test("reading a value inside, a promise, and a leaked placeholder are errors that say what to do", async () => {
  expect(() => compile((x: Tensor) => x.dataSync())(tensor([1]))).toThrow(TracingError);
  expect(() => compile(async (x: Tensor) => x.add(1))(tensor([1]))).toThrow(/promise/);
  let leaked = tensor([0]);
  compile((x: Tensor) => {
    leaked = x.add(1);
    return x;
  })(tensor([1]));
  await expect(leaked.data()).rejects.toThrow(/argument of a function/);
});

test("a function that throws assigns nothing", async () => {
  const weight = new Parameter([1]);
  const failing = compile(() => {
    weight.assign(weight.value.add(1));
    throw new Error("stop");
  });
  expect(() => failing()).toThrow("stop");
  expect(await weight.value.item()).toBe(1);
});

test("a thousand steps run in flat memory", async () => {
  const weight = new Parameter(new Float32Array(1000));
  const step = compile((x: Tensor) => {
    weight.assign(weight.value.add(x));
    return weight.value.sum();
  });
  const x = tensor(new Float32Array(1000).fill(1));
  await step(x).item();
  const before = currentDevice().bytesInUse;
  for (let index = 0; index < 1000; index++) step(x).dispose();
  expect(currentDevice().bytesInUse).toBe(before);
});
