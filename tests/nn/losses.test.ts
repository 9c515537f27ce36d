/** Losses that PyTorch has not, against their equations; and what losses refuse. Golden tests have the others. */
import { describe, expect, it } from "vitest";
import { ArgumentError, DtypeError, gradientsOf, nn, ShapeError, type Tensor, tensor, zeros } from "../../src/index.ts";

const wide = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  tensor(Float64Array.from(values), { shape });
const whole = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  tensor(Int32Array.from(values), { shape });
const logits = [-3, -0.5, 0, 0.25, 2, 7];
const answers = [1, 0, 1, 0, 1, 0];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The derivative of `f` at each of `x` by central differences. */
function slopes(f: (x: readonly number[]) => number, x: readonly number[]): number[] {
  const step = 1e-6;
  const moved = (index: number, by: number) => f(x.map((value, each) => (each === index ? value + by : value)));
  return x.map((_, index) => (moved(index, step) - moved(index, -step)) / (2 * step));
}

async function expectLoss(loss: Tensor, x: Tensor, reference: (x: readonly number[]) => number): Promise<void> {
  const [gradient] = gradientsOf(loss, [x]);
  const values = [...(await x.data())].map(Number);
  expect(await loss.item()).toBeCloseTo(reference(values), 10);
  const found = [...((await gradient?.data()) ?? [])];
  slopes(reference, values).forEach((slope, index) => expect(found[index], `slope ${index}`).toBeCloseTo(slope, 6));
}

describe("focalLoss", () => {
  it.each([{}, { alpha: null, gamma: 0 }, { alpha: 0.7, gamma: 1.5 }] as nn.FocalOptions[])(
    "is equation 5 of its paper, %j",
    async (options) => {
      const { alpha = 0.25, gamma = 2 } = options;
      const x = wide(logits);
      await expectLoss(nn.focalLoss(x, wide(answers), { ...options, reduction: "sum" }), x, (values) =>
        values.reduce((sum, value, index) => {
          const isTrue = answers[index] === 1;
          const right = isTrue ? sigmoid(value) : 1 - sigmoid(value);
          const factor = alpha === null ? 1 : isTrue ? alpha : 1 - alpha;
          return sum - factor * (1 - right) ** gamma * Math.log(right);
        }, 0),
      );
    },
  );

  it("stays finite for sure decisions, right and wrong", async () => {
    const x = tensor([1000, -1000, 1000]);
    const loss = nn.focalLoss(x, tensor([1, 1, 0]), { alpha: null, reduction: "none" });
    const [slope] = gradientsOf(loss.sum(), [x]);
    expect(await loss.toArray()).toEqual([0, 1000, 1000]);
    expect(await slope?.toArray()).toEqual([0, -1, 1]);
  });
});

describe("infoNceLoss", () => {
  const keys = [0.5, -1, 2, 1, 0, 0.3, -2, 0.1, 0.9];
  const queries = [1, 2, 0.5, -0.5, 1, 0, 0.3, 0.3, 0.4];
  const reference = (symmetric: boolean) => (values: readonly number[]) => {
    const row = (list: readonly number[], index: number) => list.slice(3 * index, 3 * index + 3);
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * Number(b[i]), 0);
    const cosine = (i: number, j: number) => {
      const [a, b] = [row(values, i), row(keys, j)];
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)) / 0.2;
    };
    const places = [0, 1, 2];
    const lossOf = (at: (i: number, j: number) => number) =>
      places.reduce((sum, i) => sum + Math.log(places.reduce((all, j) => all + Math.exp(at(i, j)), 0)) - at(i, i), 0) /
      3;
    const forward = lossOf(cosine);
    return symmetric ? (forward + lossOf((i, j) => cosine(j, i))) / 2 : forward;
  };

  it.each([false, true])("is its paper's equation 4 with cosines (symmetric: %s)", async (symmetric) => {
    const x = wide(queries, [3, 3]);
    const loss = nn.infoNceLoss(x, wide(keys, [3, 3]), { temperature: 0.2, symmetric });
    await expectLoss(loss, x, reference(symmetric));
  });

  it("takes rows of zeros, and refuses what are no rows", async () => {
    expect(Number.isFinite(await nn.infoNceLoss(zeros([2, 3]), zeros([2, 3])).item())).toBe(true);
    expect(() => nn.infoNceLoss(zeros([2, 3]), zeros([3, 3]))).toThrow(ShapeError);
    expect(() => nn.infoNceLoss(zeros([2, 3]), zeros([2, 3]), { temperature: 0 })).toThrow(ArgumentError);
  });
});

describe("hingeLoss and quantileLoss", () => {
  it("cost what their definitions say", async () => {
    const x = wide(logits);
    const sides = answers.map((answer) => 2 * answer - 1);
    await expectLoss(nn.hingeLoss(x, wide(sides), { margin: 1.5 }), x, (values) =>
      values.reduce((sum, value, index) => sum + Math.max(0, 1.5 - value * Number(sides[index])) / 6, 0),
    );
    await expectLoss(nn.quantileLoss(x, wide(answers), 0.8), x, (values) =>
      values.reduce((sum, value, index) => {
        const missing = Number(answers[index]) - value;
        return sum + Math.max(0.8 * missing, -0.2 * missing) / 6;
      }, 0),
    );
  });

  it("several quantiles at once are found", async () => {
    const data = Float64Array.from({ length: 101 }, (_, index) => index);
    const columns = tensor(data, { shape: [101, 1] }).broadcastTo([101, 3]);
    const loss = (guess: readonly number[]) =>
      nn.quantileLoss(wide(guess).broadcastTo([101, 3]), columns, wide([0.1, 0.5, 0.9]));
    const best = await loss([10, 50, 90]).item();
    for (const other of [
      [11, 50, 90],
      [10, 49, 90],
      [10, 50, 91],
    ])
      expect(await loss(other).item()).toBeGreaterThan(best);
    expect(() => nn.quantileLoss(zeros([1]), zeros([1]), 1.5)).toThrow("the quantile is 1.5");
  });
});

describe("ctcLoss", () => {
  it("counts all ways, one by one", async () => {
    // Three steps, classes blank, a, b; labels "a": all paths of 27 that collapse to it
    const scores = wide(
      Array.from({ length: 9 }, (_, index) => Math.sin(5 * index)),
      [1, 3, 3],
    ).logSoftmax(-1);
    const values = [...(await scores.data())];
    let total = 0;
    for (let path = 0; path < 27; path++) {
      const steps = [Math.floor(path / 9), Math.floor(path / 3) % 3, path % 3];
      const seen = steps.filter((label, index) => label !== 0 && label !== steps[index - 1]);
      if (seen.join() === "1")
        total += Math.exp(steps.reduce((sum, label, step) => sum + Number(values[3 * step + label]), 0));
    }
    expect(await nn.ctcLoss(scores, whole([1], [1, 1])).item()).toBeCloseTo(-Math.log(total), 12);
  });

  it("says infinity where labels do not fit, with a gradient of zeros, and takes rows without labels", async () => {
    const x = wide(new Array(12).fill(0), [2, 2, 3]);
    const loss = nn.ctcLoss(x.logSoftmax(-1), whole([1, 1, 2, 1], [2, 2]), { reduction: "none" });
    const [slope] = gradientsOf(loss.sum(), [x]);
    const [tight, fitting] = [...(await loss.data())];
    expect([tight, fitting]).toEqual([Infinity, expect.closeTo(Math.log(9), 12)]);
    expect((await slope?.data())?.slice(0, 6)).toEqual(new Float64Array(6));
    const empty = nn.ctcLoss(x.logSoftmax(-1), whole([1, 1], [2, 1]), { targetLengths: whole([0, 0]) });
    expect(await empty.item()).toBeCloseTo(2 * Math.log(3), 12);
  });
});

it("multiMarginLoss gives NaN, not a wrong number, for classes that do not exist", async () => {
  const losses = await nn.multiMarginLoss(zeros([3, 3]), whole([0, 3, -1]), { reduction: "none" }).data();
  expect([...losses]).toEqual([Math.fround(2 / 3), NaN, NaN]);
});

describe("losses refuse", () => {
  it.each([
    [() => nn.huberLoss(zeros([4, 1]), zeros([4])), ShapeError, "have to be equal"],
    [() => nn.huberLoss(zeros([4]), zeros([4]), { delta: 0 }), ArgumentError, "delta is 0"],
    [() => nn.smoothL1Loss(zeros([4]), zeros([4]), { beta: -1 }), ArgumentError, "beta is -1"],
    [() => nn.multiMarginLoss(zeros([4, 3]), zeros([4])), DtypeError, "classes are whole numbers"],
    [() => nn.cosineEmbeddingLoss(zeros([4, 3]), zeros([4, 3]), zeros([3])), ShapeError, "one side for each pair"],
    [() => nn.cosineEmbeddingLoss(zeros([4, 3]), zeros([4, 3]), zeros([4]), { margin: 2 }), ArgumentError, "cosines"],
    [() => nn.klDiv(tensor(0), tensor(0), { reduction: "batchMean" }), ArgumentError, "a scalar has no rows"],
    [() => nn.ctcLoss(zeros([2, 3]), whole([1], [1, 1])), ShapeError, "[rows, steps, classes]"],
    [() => nn.ctcLoss(zeros([1, 2, 3]), zeros([1, 1])), DtypeError, "target is f32"],
    [
      () => nn.ctcLoss(zeros([1, 2, 3]), whole([1], [1, 1]), { inputLengths: whole([1, 2]) }),
      ShapeError,
      "inputLengths has shape [2]",
    ],
  ])("what does not fit (%#)", (make, kind, message) => {
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});
