/**
 * What every optimizer has to do: call `testOptimizer` in its test with a way to make it and its formula in plain
 * TypeScript. Tests of new optimizers are a few lines.
 */
import { describe, expect, it } from "vitest";
import { stateFromBytes, stateToBytes } from "../../src/io/state.ts";
import * as nn from "../../src/nn/index.ts";
import type { Optimizer } from "../../src/optim/index.ts";
import { ArgumentError, DataError, ShapeError } from "../../src/support/errors.ts";
import { at } from "../../src/support/invariant.ts";
import { hostArray, tensorOf } from "../../src/tensor/hostArray.ts";
import { Parameter } from "../../src/tensor/parameter.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { compile } from "../../src/transforms/compile.ts";

/** One element as the formula keeps it: its value, and whatever else. */
export interface Element {
  value: number;
  [moment: string]: number;
}

/** An optimizer to be tested. */
export interface OptimizerCase {
  make(parameters: readonly Parameter[]): Optimizer;
  /** The formula for one element, in doubles: changes `element`. `count` is 1 at the first step. */
  reference(element: Element, gradient: number, count: number): void;
}

type FloatDtype = "f32" | "f64";

const tolerance = { f32: 2e-5, f64: 1e-12 } as const;
const rounds = 20;

/** Numbers that look random, the same each time. */
function numbers(count: number, phase: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1) + phase) * 1.5);
}

function makeParameters(dtype: FloatDtype): Parameter[] {
  return [
    new Parameter(tensorOf(hostArray(numbers(6, 0), [2, 3], dtype))),
    new Parameter(tensorOf(hostArray(numbers(1, 1), [], dtype))),
    new Parameter(tensorOf(hostArray(numbers(5, 2), [5], dtype)), { trainable: false }),
  ];
}

/** Another loss at each step: half of the squared distance of all elements from `target`. */
function lossOf(parameters: readonly Parameter[], target: Tensor): Tensor {
  const [matrix, scalar] = parameters;
  if (matrix === undefined || scalar === undefined) throw new Error("two parameters are trained");
  const distance = matrix.value.subtract(target);
  return distance.multiply(distance).sum().add(scalar.value.multiply(scalar.value)).multiply(0.5);
}

const targetAt = (step: number, dtype: FloatDtype): Tensor => tensorOf(hostArray(numbers(6, 3 + step), [2, 3], dtype));

async function bytesOf(optimizer: Optimizer): Promise<string> {
  const state = new Map([
    ...optimizer.stateDictionary(),
    ...optimizer.parameters.map((parameter, index) => [`value ${index}`, parameter.value] as const),
  ]);
  return Buffer.from(await stateToBytes(state)).toString("hex");
}

/** The tests. */
export function testOptimizer(name: string, { make, reference }: OptimizerCase): void {
  describe(name, () => {
    it.each(["f32", "f64"] as const)("follows its formula over 20 steps in %s", async (dtype) => {
      const parameters = makeParameters(dtype);
      const optimizer = make(parameters);
      const elements = [...numbers(6, 0), ...numbers(1, 1)].map(
        (value): Element => ({ value: dtype === "f32" ? Math.fround(value) : value }),
      );
      for (let step = 0; step < rounds; step++) {
        const targets = numbers(6, 3 + step);
        elements.forEach((element, index) => reference(element, element.value - (targets[index] ?? 0), step + 1));
        optimizer.minimize(() => lossOf(parameters, targetAt(step, dtype)));
      }
      const values = [...(await at(parameters, 0).value.data()), await at(parameters, 1).value.item()];
      elements.forEach(({ value }, index) =>
        expect(Math.abs(at(values, index) - value), `element ${index}`).toBeLessThan(
          tolerance[dtype] * Math.max(1, Math.abs(value)),
        ),
      );
      expect(await optimizer.count.item()).toBe(rounds);
      expect([...(await at(parameters, 2).value.data())]).toEqual([...hostArray(numbers(5, 2), [5], dtype).data]);
    });

    it.each(["f32", "f64"] as const)("gives the same bits compiled and not, in %s", async (dtype) => {
      const [eager, compiled] = [makeParameters(dtype), makeParameters(dtype)];
      const [plain, fast] = [make(eager), make(compiled)];
      const step = compile((target: Tensor) => fast.minimize(() => lossOf(compiled, target)));
      for (let index = 0; index < rounds; index++) {
        const loss = plain.minimize(() => lossOf(eager, targetAt(index, dtype)));
        expect(await step(targetAt(index, dtype)).item()).toBe(await loss.item());
        plain.learningRate = fast.learningRate *= 0.9;
      }
      expect(await bytesOf(fast)).toBe(await bytesOf(plain));
      expect(step.traces.length).toBe(1);
    });

    it("goes on from saved state to the same bits", async () => {
      const [whole, first] = [makeParameters("f32"), makeParameters("f32")];
      const [uninterrupted, interrupted] = [make(whole), make(first)];
      const run = (optimizer: Optimizer, from: number, to: number): void => {
        for (let step = from; step < to; step++)
          optimizer.minimize(() => lossOf(optimizer.parameters, targetAt(step, "f32")));
      };
      run(uninterrupted, 0, 9);
      run(interrupted, 0, 4);
      const saved = await stateToBytes(interrupted.stateDictionary());
      const second = first.map((parameter) => new Parameter(parameter.value, { trainable: parameter.trainable }));
      const resumed = make(second);
      resumed.loadStateDictionary(stateFromBytes(saved).state);
      run(resumed, 4, 9);
      expect(await bytesOf(resumed)).toBe(await bytesOf(uninterrupted));
    });

    it("does with step() what minimize() does", async () => {
      const [first, second] = [makeParameters("f64"), makeParameters("f64")];
      const [minimizing, stepping] = [make(first), make(second)];
      const target = targetAt(0, "f64");
      minimizing.minimize(() => lossOf(first, target));
      const [matrix, scalar] = second.map((parameter) => parameter.value);
      if (matrix !== undefined && scalar !== undefined) stepping.step([matrix.subtract(target), scalar]);
      expect(await bytesOf(stepping)).toBe(await bytesOf(minimizing));
    });

    it("leaves alone what is not trainable now, also after compilation", async () => {
      const parameters = makeParameters("f32");
      const optimizer = make(parameters);
      const step = compile(() => optimizer.minimize(() => lossOf(parameters, targetAt(0, "f32"))));
      step();
      const matrix = at(parameters, 0);
      matrix.trainable = false;
      const before = await matrix.value.data();
      step();
      expect(await matrix.value.data()).toEqual(before);
      matrix.trainable = true;
      step();
      expect(await matrix.value.data()).not.toEqual(before);
    });

    it("refuses state of other parameters, losses that are no scalars, and wrong rates", () => {
      const optimizer = make(makeParameters("f32"));
      const other = make([new Parameter([1, 2])]);
      expect(() =>
        optimizer.loadStateDictionary(new Map([...other.stateDictionary(), ["x", new Parameter(1).value]])),
      ).toThrow(DataError);
      expect(() => optimizer.minimize(() => at(optimizer.parameters, 0).value)).toThrow(
        "has shape [2, 3]; it has to be a scalar",
      );
      expect(() => optimizer.step([])).toThrow(ShapeError);
      expect(() => (optimizer.learningRate = -1)).toThrow(ArgumentError);
      expect(() => (optimizer.learningRate = NaN)).toThrow("learningRate is NaN");
      expect(() => make([])).toThrow("there are no parameters");
      const [parameter] = makeParameters("f32");
      if (parameter !== undefined) expect(() => make([parameter, parameter])).toThrow("given twice");
    });

    it("trains a network inside compile", async () => {
      const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
      const optimizer = make(model.parameters());
      const x = tensorOf(hostArray(new Float32Array(numbers(40, 9)), [20, 2]));
      const y = x.sum(1, { keepDims: true });
      const step = compile((inputs: Tensor, target: Tensor) =>
        optimizer.minimize(() => nn.mseLoss(model.forward(inputs), target)),
      );
      const first = await step(x, y).item();
      for (let index = 0; index < 100; index++) step(x, y);
      expect(await step(x, y).item()).toBeLessThan(0.7 * first);
    });
  });
}
