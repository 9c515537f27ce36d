/** Programs are told apart by structure, and no more of them are kept than fit. */
import { expect, test } from "vitest";
import { type Tensor, tensor } from "../../src/index.ts";
import { mostPrograms, programOf } from "../../src/runtime/programs.ts";
import { currentDevice } from "../../src/runtime/registry.ts";
import { storageOf } from "../../src/runtime/storage.ts";

const structure = (...outputs: readonly Tensor[]) =>
  programOf(
    outputs.map(({ node }) => node),
    (node) => storageOf(node) !== undefined,
  ).structure;

test("equal structures are equal, whatever the data", () => {
  const [a, b] = [tensor([1, 2]), tensor([3, 4])];
  expect(structure(a.add(b))).toBe(structure(b.add(a)));
  expect(structure(a.add(b).exp())).toBe(structure(b.add(a).exp()));
  expect(structure(a.multiply(3))).toBe(structure(b.multiply(3)));
});

test("what needs another plan has another structure", () => {
  const [a, b] = [tensor([1, 2]), tensor([3, 4])];
  const whole = tensor([1, 2], { dtype: "i32" });
  const [square, long] = [
    tensor([
      [1, 2],
      [3, 4],
    ]),
    tensor([1, 2, 3, 4]),
  ];
  const sum = a.add(b);
  const different = [
    sum,
    a.add(a),
    a.subtract(b),
    b.subtract(a.negative()),
    a.negative().subtract(b),
    whole.add(whole),
    square.add(square),
    long.add(long),
    square.sum(0),
    square.sum(1),
    a.multiply(0),
    a.multiply(-0),
    a.multiply(Number.NaN),
    a.multiply(Number.POSITIVE_INFINITY),
    square.slice(0),
    square.slice(1),
    sum.exp(),
  ].map((each) => structure(each));
  different.push(structure(sum, sum.exp()), structure(sum.exp(), sum));
  expect(new Set(different).size).toBe(different.length);
});

test("what was used lately is found again, and what was not is compiled again", () => {
  const prepared: string[] = [];
  const { prepare } = currentDevice();
  currentDevice().prepare = (plan) => {
    prepared.push("one");
    return prepare.call(currentDevice(), plan);
  };
  const often = () => tensor(new Float32Array(7)).exp().dataSync();
  const others = (from: number, count: number) => {
    for (let size = from; size < from + count; size++) {
      tensor(new Float32Array(size)).negative().dataSync();
      often();
    }
  };
  others(1000, mostPrograms);
  expect(prepared.length).toBe(mostPrograms + 1);
  others(1000 + mostPrograms / 2 + 1, mostPrograms / 2 - 1);
  expect(prepared.length).toBe(mostPrograms + 1);
  others(1000, 1);
  expect(prepared.length).toBe(mostPrograms + 2);
  currentDevice().prepare = prepare;
});
