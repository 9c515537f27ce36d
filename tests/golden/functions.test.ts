/** Single functions, their gradients and losses against PyTorch at hard points. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as nn from "../../src/nn/index.ts";
import { schedules } from "../../src/optim/index.ts";
import type { Dtype } from "../../src/shape/dtype.ts";
import { hostArray, tensorOf } from "../../src/tensor/hostArray.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { gradientsOf } from "../../src/transforms/gradient.ts";
import { expectClose, flatNumbers, type JsonNumbers, tolerances } from "./golden.ts";

interface MapCase {
  readonly x: JsonNumbers;
  readonly y: JsonNumbers;
  readonly gradient: JsonNumbers;
}

interface LossCase {
  readonly logits: JsonNumbers;
  readonly target: JsonNumbers;
  readonly options: { readonly [name: string]: JsonNumbers | undefined };
  readonly loss: JsonNumbers;
  readonly gradient: JsonNumbers;
}

type FloatDtype = keyof typeof tolerances;

const cases = JSON.parse(readFileSync(new URL("functions.json", import.meta.url), "utf8"));
/** What a difference of two numbers near 1 rounds to: PyTorch's own results have such errors. */
const noise = { f64: 5e-16, f32: 2e-7 } as const;

function shapeOf(value: JsonNumbers): number[] {
  return typeof value === "object" ? [value.length, ...shapeOf(value[0] ?? 0)] : [];
}

function read(value: JsonNumbers, dtype: Dtype): Tensor {
  return tensorOf(hostArray(flatNumbers(value), shapeOf(value), dtype));
}

const maps: Readonly<Record<string, nn.Module>> = {
  relu: new nn.ReLU(),
  leakyRelu: new nn.LeakyReLU(),
  gelu: new nn.GELU(),
  geluTanh: new nn.GELU({ approximate: "tanh" }),
  silu: new nn.SiLU(),
  tanh: new nn.Tanh(),
  sigmoid: new nn.Sigmoid(),
  softplus: new nn.Softplus(),
  elu: new nn.ELU(),
};

describe.each(["f64", "f32"] as const)("in %s", (dtype) => {
  it.each(Object.keys(maps))("%s has PyTorch's values and derivatives", async (name) => {
    const { x: points, y: expected, gradient }: MapCase = cases[name];
    const x = read(points, dtype);
    const y = maps[name]?.forward(x);
    if (y === undefined) return expect.fail(`no layer ${name}`);
    const [slope] = gradientsOf(y.sum(), [x]);
    await expectClose(y, flatNumbers(expected), tolerances[dtype], noise[dtype], name);
    if (slope !== undefined)
      await expectClose(slope, flatNumbers(gradient), tolerances[dtype], 5 * noise[dtype], `derivative of ${name}`);
  });

  it("logSoftmax has PyTorch's values and derivatives", async () => {
    const { x: points, y: expected, gradient, upstream } = cases.logSoftmax;
    const x = read(points, dtype);
    const y = x.logSoftmax(-1);
    // Minus infinity times a number is left out, as in make_golden.py
    const weighted = y.isInf().where(0, y.multiply(read(upstream, dtype)));
    const [slope] = gradientsOf(weighted.sum(), [x]);
    await expectClose(y, flatNumbers(expected), tolerances[dtype], noise[dtype], "logSoftmax");
    if (slope !== undefined)
      await expectClose(slope, flatNumbers(gradient), tolerances[dtype], 5 * noise[dtype], "derivative of logSoftmax");
  });

  it.each(["crossEntropy", "binaryCrossEntropyWithLogits", "mseLoss", "l1Loss", "nllLoss"] as const)(
    "%s has PyTorch's losses and gradients",
    async (name) => {
      const list: readonly LossCase[] = cases[name];
      for (const [index, { logits, target, options, loss: expected, gradient }] of list.entries()) {
        const x = read(logits, dtype);
        const isIndex = shapeOf(target).length < shapeOf(logits).length;
        const loss = lossOf(name, x, read(target, isIndex ? "i32" : dtype), options, dtype);
        const [slope] = gradientsOf(loss.sum(), [x]);
        const what = `${name}, case ${index} ${JSON.stringify(options)}`;
        const scale = Math.max(1, ...flatNumbers(expected).map(Math.abs));
        await expectClose(loss, flatNumbers(expected), tolerances[dtype], noise[dtype] * scale, what);
        if (slope !== undefined)
          await expectClose(slope, flatNumbers(gradient), tolerances[dtype], 5 * noise[dtype], `gradient of ${what}`);
      }
    },
  );
});

function lossOf(name: string, x: Tensor, target: Tensor, options: LossCase["options"], dtype: FloatDtype): Tensor {
  const numberOption = (key: string) => (typeof options[key] === "number" ? options[key] : undefined);
  const tensorOption = (key: string) => (options[key] === undefined ? undefined : read(options[key], dtype));
  const reduction = (options["reduction"] ?? "mean") as nn.Reduction;
  const given = Object.fromEntries(
    Object.entries({
      reduction,
      weight: tensorOption("weight"),
      positiveWeight: tensorOption("pos_weight"),
      labelSmoothing: numberOption("label_smoothing"),
      ignoreIndex: numberOption("ignore_index"),
    }).filter(([, value]) => value !== undefined),
  );
  switch (name) {
    case "crossEntropy":
      return nn.crossEntropy(x, target, given);
    case "binaryCrossEntropyWithLogits":
      return nn.binaryCrossEntropyWithLogits(x, target, given);
    case "mseLoss":
      return nn.mseLoss(x, target, given);
    case "l1Loss":
      return nn.l1Loss(x, target, given);
    default:
      return nn.nllLoss(x, target, given);
  }
}

describe("schedules", () => {
  it.each([
    ["step", schedules.step({ rate: 0.5, every: 4, factor: 0.3 })],
    ["cosine", schedules.cosine({ rate: 0.5, steps: 20, end: 0.01 })],
    ["warmUp", schedules.warmUp(schedules.constant(0.5), { steps: 6, start: 0.25 })],
    ["oneCycle", schedules.oneCycle({ rate: 0.5, steps: 21 })],
  ] as const)("%s has PyTorch's rates", (name, schedule) => {
    const expected: readonly number[] = cases.schedules[name];
    expected.forEach((rate, step) => expect(Math.abs(schedule(step) - rate), `step ${step}`).toBeLessThan(1e-12));
  });
});
