/** Losses against PyTorch: values and the gradient of every input, in double precision. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, gradientsOf, nn, type Tensor } from "../../src/index.ts";
import { hostArray, tensorOf } from "../../src/tensor/hostArray.ts";
import { expectClose } from "./golden.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly whole: boolean;
}

interface Case {
  readonly inputs: readonly Numbers[];
  readonly fixed: readonly Numbers[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly loss: Numbers;
  readonly gradients: readonly Numbers[];
}

const golden: Readonly<Record<string, readonly Case[]>> = JSON.parse(
  readFileSync(new URL("losses.json", import.meta.url), "utf8"),
);

const read = ({ shape, data, whole }: Numbers): Tensor => tensorOf(hostArray(data, shape, whole ? "i32" : "f64"));

/** Our names of PyTorch's options. */
const names: Readonly<Record<string, string>> = { p: "power", log_target: "logTarget", zero_infinity: "zeroInfinity" };

function optionsOf(name: string, options: Case["options"]): Record<string, never> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      const own = name === "tripletMarginLoss" && key === "p" ? "order" : (names[key] ?? key);
      if (typeof value === "object") return [own, read(value as Numbers)];
      return [own, value === "batchmean" ? "batchMean" : value];
    }),
  ) as Record<string, never>;
}

type Loss = (...inputs: (Tensor | Record<string, never>)[]) => Tensor;

const losses: Readonly<Record<string, (options: Record<string, never>, ...inputs: Tensor[]) => Tensor>> = {
  ...Object.fromEntries(
    Object.entries({ ...nn } as Record<string, unknown>)
      .filter(([name]) => name in golden)
      .map(([name, loss]) => [name, (options, ...inputs: Tensor[]) => (loss as Loss)(...inputs, options)]),
  ),
  ctcLoss: (options, logits, target, inputLengths, targetLengths) =>
    nn.ctcLoss(logits as Tensor, target as Tensor, { ...options, inputLengths, targetLengths } as nn.CtcOptions),
};

describe.each(Object.entries(golden))("%s", (name, cases) => {
  it.each(cases.map((each, index) => [JSON.stringify(each.options).slice(0, 60), index] as const))(
    "has PyTorch's loss and gradients %s (%i)",
    async (_, index) => {
      const given = cases[index];
      const loss = losses[name];
      if (given === undefined || loss === undefined) return expect.fail(`no ${name}`);
      const run = compile((inputs: readonly Tensor[], fixed: readonly Tensor[]) => {
        const logits = name === "ctcLoss" ? inputs.map((each) => each.logSoftmax(-1)) : inputs;
        const value = loss(optionsOf(name, given.options), ...logits, ...fixed);
        return { value, gradients: gradientsOf(value.sum(), inputs) };
      });
      const { value, gradients } = run(given.inputs.map(read), given.fixed.map(read));
      await expectClose(value, given.loss.data, 1e-10, 1e-12, name);
      for (const [place, gradient] of gradients.entries())
        await expectClose(gradient, given.gradients[place]?.data ?? [], 1e-10, 1e-12, `gradient ${place} of ${name}`);
    },
  );
});
