/** Optimizers and schedules against PyTorch: 50 steps in double precision, L-BFGS call by call, rates. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, matmul, optim, Parameter, type Tensor, tensor } from "../../src/index.ts";

interface End {
  readonly end: readonly (readonly number[])[];
}

const golden: {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly start: readonly [readonly number[], readonly number[]];
  readonly optimizers: Readonly<Record<string, End & { readonly losses: readonly number[] }>>;
  readonly lbfgs: Readonly<Record<string, readonly (End & { readonly loss: number })[]>>;
  readonly metrics: readonly number[];
  readonly schedules: Readonly<Record<string, readonly number[]>>;
} = JSON.parse(readFileSync(new URL("optimizers.json", import.meta.url), "utf8"));

const wide = (values: readonly number[], shape: readonly number[]) => tensor(Float64Array.from(values), { shape });

function problem(): { readonly parameters: readonly Parameter[]; readonly loss: () => Tensor } {
  const [x, y] = [wide(golden.x, [10, 4]), wide(golden.y, [10, 3])];
  const [w, b] = [new Parameter(wide(golden.start[0], [4, 3])), new Parameter(wide(golden.start[1], [3]))];
  const loss = () => matmul(x, w.value).add(b.value).tanh().subtract(y).square().mean();
  return { parameters: [w, b], loss };
}

async function expectEnd(parameters: readonly Parameter[], { end }: End, tolerance: number): Promise<void> {
  for (const [place, parameter] of parameters.entries()) {
    const values = [...(await parameter.value.data())].map(Number);
    end[place]?.forEach((wanted, index) => {
      expect(Math.abs(Number(values[index]) - wanted), `element ${index}`).toBeLessThan(tolerance);
    });
  }
}

const optimizers: Readonly<Record<string, (parameters: readonly Parameter[]) => optim.Optimizer>> = {
  nadam: (parameters) => new optim.NAdam(parameters, { learningRate: 0.02 }),
  "nadam decayed": (parameters) =>
    new optim.NAdam(parameters, { learningRate: 0.02, weightDecay: 0.1, momentumDecay: 0.02, betas: [0.8, 0.99] }),
  rmsprop: (parameters) => new optim.RMSprop(parameters),
  "rmsprop momentum": (parameters) => new optim.RMSprop(parameters, { momentum: 0.8, alpha: 0.9, weightDecay: 0.05 }),
  "rmsprop centered": (parameters) => new optim.RMSprop(parameters, { momentum: 0.5, centered: true }),
  adagrad: (parameters) => new optim.Adagrad(parameters, { learningRate: 0.1 }),
  "adagrad decayed": (parameters) =>
    new optim.Adagrad(parameters, { learningRate: 0.1, rateDecay: 0.05, weightDecay: 0.05 }),
  adadelta: (parameters) => new optim.Adadelta(parameters),
  "adadelta decayed": (parameters) =>
    new optim.Adadelta(parameters, { learningRate: 0.7, rho: 0.8, epsilon: 1e-4, weightDecay: 0.05 }),
};

it.each(Object.entries(golden.optimizers))("%s has PyTorch's losses and weights", async (name, expected) => {
  const { parameters, loss } = problem();
  const optimizer = optimizers[name]?.(parameters);
  if (optimizer === undefined) return expect.fail(`no optimizer ${name}`);
  const step = compile(() => optimizer.minimize(loss));
  for (const [index, wanted] of expected.losses.entries())
    expect(Math.abs((await step().item()) / wanted - 1), `step ${index}`).toBeLessThan(1e-10);
  await expectEnd(parameters, expected, 1e-10);
});

describe("LBFGS", () => {
  const rosenbrock = () => {
    const x = new Parameter(wide([-1.2, 1, 0.7, -0.3], [4]));
    const loss = () => {
      const [low, high] = [x.value.slice([0, 3]), x.value.slice([1, 4])];
      return high.subtract(low.square()).square().multiply(100).add(low.subtract(1).square()).sum();
    };
    return { parameters: [x], loss };
  };
  const cases: Readonly<Record<string, readonly [optim.LbfgsOptions, typeof problem]>> = {
    network: [{ iterations: 5 }, problem],
    "short memory": [{ iterations: 8, history: 2, learningRate: 0.5 }, problem],
    rosenbrock: [{ iterations: 6 }, rosenbrock],
    "rosenbrock at once": [{ iterations: 100 }, rosenbrock],
  };

  it.each(Object.entries(golden.lbfgs))("has PyTorch's losses and weights: %s", async (name, calls) => {
    const [options, make] = cases[name] ?? [];
    if (options === undefined || make === undefined) return expect.fail(`no case ${name}`);
    const { parameters, loss } = make();
    const optimizer = new optim.LBFGS(parameters, options);
    for (const expected of calls) {
      const before = await optimizer.minimize(loss);
      // Long line searches multiply what sums in another order round differently
      expect(Math.abs(before - expected.loss)).toBeLessThan(1e-8 * Math.max(1, expected.loss));
      await expectEnd(parameters, expected, 1e-7);
    }
  });
});

describe("schedules", () => {
  const { multiStep, exponential, cosineRestarts, linear, Plateau } = optim.schedules;
  it.each([
    ["multiStep", multiStep({ rate: 0.5, milestones: [3, 7, 7, 12], factor: 0.3 })],
    ["exponential", exponential({ rate: 0.5, factor: 0.9 })],
    ["cosineRestarts", cosineRestarts({ rate: 0.5, steps: 4, end: 0.01 })],
    ["cosineRestarts growing", cosineRestarts({ rate: 0.5, steps: 3, growth: 2 })],
    ["linear", linear({ rate: 0.5, steps: 6, end: 0.1 })],
  ] as const)("%s has PyTorch's rates", (name, schedule) => {
    golden.schedules[name]?.forEach((rate, step) =>
      expect(Math.abs(schedule(step) - rate), `step ${step}`).toBeLessThan(1e-12),
    );
  });

  it.each([
    ["plateau", { factor: 0.5, patience: 2 }],
    ["plateau cooling", { factor: 0.5, patience: 1, cooldown: 2, end: 0.1 }],
    ["plateau rising", { greater: true, patience: 2, threshold: 0.1, absolute: true }],
  ] as const)("%s has PyTorch's rates, also when it goes on from what was saved", (name, options) => {
    let plateau = new Plateau({ rate: 0.5, ...options });
    golden.schedules[name]?.forEach((rate, step) => {
      expect(Math.abs(plateau.state.rate - rate), `step ${step}`).toBeLessThan(1e-12);
      plateau.observe(golden.metrics[step] ?? NaN);
      const saved: optim.schedules.PlateauState = JSON.parse(JSON.stringify(plateau.state));
      plateau = new Plateau({ rate: 7, ...options });
      plateau.state = saved;
    });
  });
});
