import { describe, expect, it } from "vitest";
import {
  Adam,
  AdamW,
  clipGradientNorm,
  clipGradientValue,
  Lion,
  NAdam,
  RMSprop,
  SGD,
  schedules,
} from "../../src/optim/index.ts";
import { Parameter } from "../../src/tensor/parameter.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { type Element, testOptimizer } from "./conformance.ts";

/** The formula of SGD, as PyTorch documents it. */
function sgd({ rate = 0.05, momentum = 0, dampening = 0, decay = 0, nesterov = false }) {
  return (element: Element, gradient: number, count: number): void => {
    const decayed = gradient + decay * element.value;
    const kept = element["momentum"] ?? 0;
    const direction = count === 1 || momentum === 0 ? decayed : momentum * kept + (1 - dampening) * decayed;
    element["momentum"] = direction;
    element.value -= rate * (nesterov ? decayed + momentum * direction : direction);
  };
}

/** The formula of Adam and AdamW, as PyTorch documents it. */
function adam({ rate = 0.05, decay = 0, decoupled = false, epsilon = 1e-8 }) {
  return (element: Element, gradient: number, count: number): void => {
    if (decoupled) element.value -= rate * decay * element.value;
    const decayed = decoupled ? gradient : gradient + decay * element.value;
    const first = 0.9 * (element["first"] ?? 0) + 0.1 * decayed;
    const second = 0.999 * (element["second"] ?? 0) + 0.001 * decayed ** 2;
    Object.assign(element, { first, second });
    element.value -= (rate * (first / (1 - 0.9 ** count))) / (Math.sqrt(second / (1 - 0.999 ** count)) + epsilon);
  };
}

testOptimizer("SGD", { make: (parameters) => new SGD(parameters, { learningRate: 0.05 }), reference: sgd({}) });
testOptimizer("SGD with momentum, dampening and decay", {
  make: (parameters) => new SGD(parameters, { learningRate: 0.05, momentum: 0.8, dampening: 0.25, weightDecay: 0.1 }),
  reference: sgd({ momentum: 0.8, dampening: 0.25, decay: 0.1 }),
});
testOptimizer("SGD with Nesterov momentum", {
  make: (parameters) => new SGD(parameters, { learningRate: 0.05, momentum: 0.8, nesterov: true }),
  reference: sgd({ momentum: 0.8, nesterov: true }),
});
testOptimizer("Adam", {
  make: (parameters) => new Adam(parameters, { learningRate: 0.05, weightDecay: 0.1 }),
  reference: adam({ decay: 0.1 }),
});
testOptimizer("AdamW", {
  make: (parameters) => new AdamW(parameters, { learningRate: 0.05, weightDecay: 0.1 }),
  reference: adam({ decay: 0.1, decoupled: true }),
});

testOptimizer("NAdam", {
  make: (parameters) => new NAdam(parameters, { learningRate: 0.05, weightDecay: 0.1, momentumDecay: 0.01 }),
  reference: (element, gradient, count) => {
    const momentum = (step: number) => 0.9 * (1 - 0.5 * 0.96 ** (step * 0.01));
    const decayed = gradient + 0.1 * element.value;
    const first = 0.9 * (element["first"] ?? 0) + 0.1 * decayed;
    const second = 0.999 * (element["second"] ?? 0) + 0.001 * decayed ** 2;
    const product = (element["product"] ?? 1) * momentum(count);
    Object.assign(element, { first, second, product });
    const [own, next] = [
      (1 - momentum(count)) / (1 - product),
      momentum(count + 1) / (1 - product * momentum(count + 1)),
    ];
    element.value -= (0.05 * (own * decayed + next * first)) / (Math.sqrt(second / (1 - 0.999 ** count)) + 1e-8);
  },
});
testOptimizer("RMSprop, centered, with momentum", {
  make: (parameters) =>
    new RMSprop(parameters, { learningRate: 0.02, momentum: 0.5, alpha: 0.9, centered: true, epsilon: 1e-3 }),
  reference: (element, gradient) => {
    const square = 0.9 * (element["square"] ?? 0) + 0.1 * gradient ** 2;
    const mean = 0.9 * (element["mean"] ?? 0) + 0.1 * gradient;
    const direction =
      0.5 * (element["direction"] ?? 0) + gradient / (Math.sqrt(Math.max(0, square - mean ** 2)) + 1e-3);
    Object.assign(element, { square, mean, direction });
    element.value -= 0.02 * direction;
  },
});
testOptimizer("Lion", {
  make: (parameters) => new Lion(parameters, { learningRate: 0.01, weightDecay: 0.1 }),
  reference: (element, gradient) => {
    const average = element["average"] ?? 0;
    element["average"] = 0.99 * average + 0.01 * gradient;
    element.value -= 0.01 * (Math.sign(0.9 * average + 0.1 * gradient) + 0.1 * element.value);
  },
});

describe("groups of parameters", () => {
  it("have rates and decays of their own", async () => {
    const [a, b, c] = [new Parameter([1]), new Parameter([1]), new Parameter([1])];
    const optimizer = new SGD(
      [{ parameters: [a] }, { parameters: [b], learningRateFactor: 0.1 }, { parameters: [c], weightDecay: 0 }],
      { learningRate: 0.5, weightDecay: 0.2 },
    );
    optimizer.minimize(() => a.value.add(b.value).add(c.value).sum());
    const values = await Promise.all([a, b, c].map(({ value }) => value.item()));
    [1 - 0.5 * 1.2, 1 - 0.05 * 1.2, 1 - 0.5].forEach((expected, index) =>
      expect(values[index]).toBeCloseTo(expected, 6),
    );
  });

  it("are refused where they are neither", () => {
    // @ts-expect-error a tensor is no parameter
    expect(() => new SGD([tensor([1])], { learningRate: 1 })).toThrow("neither a Parameter nor a group");
  });
});

describe("clipping", () => {
  it("clipGradientNorm() scales all gradients by one factor, and only down", async () => {
    const { gradients, norm } = clipGradientNorm([tensor([3, 0]), tensor([[4]])], 1);
    expect(await norm.item()).toBe(5);
    const values = await Promise.all(gradients.map((gradient) => gradient.data()));
    expect(values[0]?.[0]).toBeCloseTo(0.6, 5);
    expect(values[1]?.[0]).toBeCloseTo(0.8, 5);
    const small = clipGradientNorm([tensor([0.25])], 1);
    expect(await small.gradients[0]?.item()).toBe(0.25);
  });

  it("clipGradientValue() limits each element", async () => {
    expect(await clipGradientValue([tensor([-3, 0.5, 2])], 1)[0]?.toArray()).toEqual([-1, 0.5, 1]);
  });
});

describe("schedules", () => {
  it("reach their ends and stay there", () => {
    const cosine = schedules.cosine({ rate: 1, steps: 10, end: 0.1 });
    expect(cosine(0)).toBe(1);
    expect(cosine(10)).toBeCloseTo(0.1, 12);
    expect(cosine(1000)).toBeCloseTo(0.1, 12);
    const warm = schedules.warmUp(schedules.constant(2), { steps: 4 });
    expect([0, 1, 3, 4, 9].map(warm)).toEqual([0.4, 0.8, 1.6, 2, 2]);
    expect(() => schedules.cosine({ rate: 1, steps: 0 })).toThrow("steps is 0");
    expect(schedules.oneCycle({ rate: 1, steps: 10 })(50)).toBeCloseTo(4e-6, 12);
    expect(Number.isFinite(schedules.oneCycle({ rate: 1, steps: 2 })(0))).toBe(true);
  });
});
