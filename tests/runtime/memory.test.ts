/** Memory shows nowhere in ordinary code, and yet it is freed: what nobody holds any more goes. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { checkpoint, compile, customJvp, grad, Parameter, type Tensor, tensor } from "../../src/index.ts";
import { currentDevice } from "../../src/runtime/registry.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Collects, and lets the finalizers run. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const bytes = 400_000;

test.each([
  ["values", (x: Tensor) => x.multiply(0.99)],
  ["checkpoints", checkpoint((x: Tensor) => x.multiply(0.99))],
  [
    "values with derivatives of their own",
    customJvp(
      (x: Tensor) => x.multiply(0.99),
      (_, [dx]) => dx.multiply(0.99),
    ),
  ],
])("a chain of eager %s keeps only the last one", async (_, next) => {
  let x: Tensor = tensor(new Float32Array(bytes / 4).fill(1));
  await settle();
  const before = currentDevice().bytesInUse;
  for (let step = 0; step < 100; step++) {
    x = next(x);
    await x.data();
  }
  await settle();
  expect(currentDevice().bytesInUse - before).toBeLessThan(5 * bytes);
  expect(x.size).toBe(bytes / 4);
});

test("results of compiled calls that nobody keeps are freed", async () => {
  const double = compile((x: Tensor) => x.multiply(2));
  const x = tensor(new Float32Array(bytes / 4));
  await double(x).data();
  await settle();
  const before = currentDevice().bytesInUse;
  for (let step = 0; step < 100; step++) double(x);
  await settle();
  expect(currentDevice().bytesInUse - before).toBeLessThan(5 * bytes);
});

test("a parameter that is assigned again and again is computed each time, and keeps no history", async () => {
  const weight = new Parameter(new Float32Array(4).fill(1));
  for (let step = 0; step < 50; step++) weight.assign(weight.value.multiply(2));
  expect(weight.node.inputs).toEqual([]);
  expect(await weight.value.slice(0).item()).toBe(2 ** 50);
});

test("pending graphs that nobody reads are dropped with what they hold", async () => {
  const x = tensor(new Float32Array(bytes / 4));
  await settle();
  const before = currentDevice().bytesInUse;
  for (let step = 0; step < 100; step++) x.add(tensor(new Float32Array(bytes / 4))).exp();
  await settle();
  expect(currentDevice().bytesInUse - before).toBeLessThan(5 * bytes);
  expect(x.size).toBe(bytes / 4);
});

test("steps that throw leave nothing behind, wherever they do", async () => {
  const x = tensor(new Float32Array(bytes / 4).fill(1));
  const double = compile((y: Tensor) => y.multiply(2));
  const gradient = grad((y: Tensor) =>
    y
      .multiply(3)
      .exp()
      .add(tensor([1, 2, 3]))
      .sum(),
  );
  const failing = [
    () =>
      double(x)
        .add(x.exp())
        .add(tensor([1, 2, 3])),
    () => gradient(x),
    () => compile((y: Tensor): Tensor => y.exp().add(tensor([1, 2, 3])))(x),
    () => {
      double(x).dataSync();
      throw new Error("the user's own");
    },
  ];
  for (const step of failing) expect(step).toThrow();
  await settle();
  const before = currentDevice().bytesInUse;
  for (let round = 0; round < 30; round++) {
    for (const step of failing) expect(step).toThrow();
    await double(x).data();
  }
  await settle();
  expect(currentDevice().bytesInUse - before).toBeLessThan(5 * bytes);
});

test("memory that was freed early is not freed again when its node is collected", async () => {
  for (let step = 0; step < 50; step++) tensor(new Float32Array(bytes / 4)).dispose();
  const held = Array.from({ length: 50 }, (_, index) => tensor(new Float32Array(bytes / 4).fill(index)));
  await settle();
  for (const [index, each] of held.entries()) expect(each.dataSync()[0]).toBe(index);
});

test("a loop of small steps that reads frees what it leaves, though its bytes are no pressure", async () => {
  const step = compile((x: Tensor) => x.multiply(2));
  const x = tensor([1, 2, 3, 4]);
  await settle();
  const before = currentDevice().bytesInUse;
  for (let index = 0; index < 4096; index++) {
    const result = step(x);
    if (index % 512 !== 511) continue;
    collect();
    // a read goes on with microtasks alone, which no finalizer runs between
    await result.data();
  }
  expect(currentDevice().bytesInUse - before).toBeLessThan(4096 * 16 * 0.6);
});
