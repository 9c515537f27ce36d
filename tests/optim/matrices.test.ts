/** Optimizers that see a whole parameter at once, against their papers' equations on plain arrays. */
import { describe, expect, it } from "vitest";
import { ArgumentError, compile, optim, Parameter, type Tensor, tensor, zeros } from "../../src/index.ts";

type Matrix = readonly (readonly number[])[];

const shapes = [
  [4, 2],
  [2, 3],
  [3, 3],
] as const;
const numbers = (count: number, phase: number) =>
  Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1) + phase) * 1.5);
const rows = (flat: readonly number[], columns: number): number[][] =>
  Array.from({ length: flat.length / columns }, (_, row) => flat.slice(row * columns, (row + 1) * columns));
const map = (a: Matrix, f: (x: number, row: number, column: number) => number): number[][] =>
  a.map((line, row) => line.map((x, column) => f(x, row, column)));
const entry = (a: Matrix, row: number, column: number) => Number(a[row]?.[column]);
const normOf = (a: Matrix) => Math.sqrt(a.flat().reduce((sum, x) => sum + x * x, 0));
const transpose = (a: Matrix): number[][] => (a[0] ?? []).map((_, column) => a.map((line) => Number(line[column])));
const product = (a: Matrix, b: Matrix): number[][] =>
  a.map((line) => transpose(b).map((column) => line.reduce((sum, x, k) => sum + x * Number(column[k]), 0)));

interface Reference {
  /** The new matrix; `state` is kept from step to step. */
  step(value: Matrix, gradient: Matrix, count: number, state: Record<string, Matrix>): Matrix;
}

const [rate, decay] = [0.05, 0.1];
const lamb: Reference = {
  step(value, gradient, count, state) {
    const first = map(gradient, (g, i, j) => 0.9 * entry(state["first"] ?? map(value, () => 0), i, j) + 0.1 * g);
    const second = map(
      gradient,
      (g, i, j) => 0.99 * entry(state["second"] ?? map(value, () => 0), i, j) + 0.01 * g * g,
    );
    Object.assign(state, { first, second });
    const step = map(value, (x, i, j) => {
      const deviation = Math.sqrt(entry(second, i, j) / (1 - 0.99 ** count)) + 1e-6;
      return entry(first, i, j) / (1 - 0.9 ** count) / deviation + decay * x;
    });
    const ratio = normOf(value) === 0 || normOf(step) === 0 ? 1 : normOf(value) / normOf(step);
    return map(value, (x, i, j) => x - rate * ratio * entry(step, i, j));
  },
};

const muon: Reference = {
  step(value, gradient, _, state) {
    const average = map(gradient, (g, i, j) => 0.9 * entry(state["average"] ?? map(value, () => 0), i, j) + 0.1 * g);
    state["average"] = average;
    const way = map(gradient, (g, i, j) => 0.9 * entry(average, i, j) + 0.1 * g);
    let x = map(way, (each) => each / normOf(way));
    for (let round = 0; round < 5; round++) {
      // Tall matrices the other way round: the same with x·(b·B + c·B²), B = xᵀ·x
      const gram = product(transpose(x), x);
      const squared = product(gram, gram);
      const turned = product(
        x,
        map(gram, (g, i, j) => -4.775 * g + 2.0315 * entry(squared, i, j)),
      );
      x = map(x, (each, i, j) => 3.4445 * each + entry(turned, i, j));
    }
    const size = rate * Math.sqrt(Math.max(1, value.length / (value[0]?.length ?? 1)));
    return map(value, (each, i, j) => each * (1 - rate * decay) - size * entry(x, i, j));
  },
};

describe.each([
  [
    "LAMB",
    lamb,
    (parameters: readonly Parameter[]) =>
      new optim.LAMB(parameters, { learningRate: rate, weightDecay: decay, betas: [0.9, 0.99] }),
  ],
  [
    "Muon",
    muon,
    (parameters: readonly Parameter[]) =>
      new optim.Muon(parameters, { learningRate: rate, weightDecay: decay, momentum: 0.9 }),
  ],
] as const)("%s", (_, reference, make) => {
  it("follows its equations, and has the same bits compiled and not", async () => {
    const start = shapes.map(([height, width], index) => numbers(height * width, index));
    const parametersOf = () =>
      start.map((flat, index) => new Parameter(tensor(Float64Array.from(flat), { shape: [...(shapes[index] ?? [])] })));
    const [eager, compiled] = [parametersOf(), parametersOf()];
    const lossOf = (parameters: readonly Parameter[], target: Tensor) =>
      parameters.reduce<Tensor>(
        (sum, { value }) => sum.add(value.subtract(target).square().sum().multiply(0.5)),
        target.multiply(0),
      );
    const [plain, fast] = [make(eager), make(compiled)];
    const step = compile((target: Tensor) => fast.minimize(() => lossOf(compiled, target)));
    let values: Matrix[] = start.map((flat, index) => rows(flat, shapes[index]?.[1] ?? 1));
    const states = start.map((): Record<string, Matrix> => ({}));
    for (let count = 1; count <= 8; count++) {
      const target = Math.sin(count);
      const given = tensor(Float64Array.of(target), { shape: [] });
      plain.minimize(() => lossOf(eager, given));
      step(given);
      values = values.map((value, index) =>
        reference.step(
          value,
          map(value, (x) => x - target),
          count,
          states[index] ?? {},
        ),
      );
    }
    for (const [index, parameter] of eager.entries()) {
      const found = [...(await parameter.value.data())].map(Number);
      values[index]?.flat().forEach((wanted, place) => expect(found[place]).toBeCloseTo(wanted, 10));
      expect(await compiled[index]?.value.data()).toEqual(await parameter.value.data());
    }
  });
});

it("Muon brings singular values near 1 and takes kernels as matrices, but no vectors", async () => {
  const kernel = new Parameter(zeros([8, 2, 3, 3]));
  const gradient = tensor(
    Float32Array.from({ length: 144 }, (_, index) => Math.sin(index * index)),
    { shape: [8, 2, 3, 3] },
  );
  new optim.Muon([kernel], { learningRate: 1 }).step([gradient]);
  const direction = rows([...(await kernel.value.data())].map(Number), 18);
  const gram = product(direction, transpose(direction));
  const trace = gram.reduce((sum, line, index) => sum + Number(line[index]), 0);
  expect(trace / 8).toBeGreaterThan(0.4);
  expect(trace / 8).toBeLessThan(1.5);
  expect(() => new optim.Muon([kernel, new Parameter([1, 2], { trainable: false })])).not.toThrow();
  expect(() => new optim.Muon([new Parameter([1, 2])])).toThrow(ArgumentError);
  expect(() => new optim.Muon([new Parameter([1, 2])])).toThrow("has shape [2] and is no matrix");
});
