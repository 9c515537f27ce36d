/**
 * Smilodon on the native device as a contestant: each operation as a user would write it, compiled. A result is let go of before
 * the next one is computed, as Python's counting of references does for the peers.
 */
import {
  compile,
  conv2d,
  gelu,
  matmul,
  mean,
  nn,
  optim,
  Parameter,
  softmax,
  type Tensor,
  tensor,
  variance,
  vjp,
} from "../../src/index.ts";
import type { HostArray, Prepared, Problem } from "./problem.ts";

type Operation = (inputs: readonly Tensor[], options: Readonly<Record<string, number>>) => Tensor;

const operations: { readonly [name: string]: Operation } = {
  matmul: ([a, b]) => matmul(the(a), the(b)),
  matmulNT: ([a, b]) => matmul(the(a), the(b).matrixTranspose()),
  matmulTN: ([a, b]) => matmul(the(a).matrixTranspose(), the(b)),
  conv: ([x, w], options) => conv2d(the(x), the(w), options),
  convDx: ([x, w, upstream], options) =>
    vjp((each: Tensor) => conv2d(each, the(w), options), the(x))[1](the(upstream))[0],
  convDw: ([x, w, upstream], options) =>
    vjp((each: Tensor) => conv2d(the(x), each, options), the(w))[1](the(upstream))[0],
  softmax: ([x]) => softmax(the(x)),
  gelu: ([x]) => gelu(the(x)),
  layerNorm: ([x, weight, bias]) =>
    the(x)
      .subtract(mean(the(x), -1, { keepDims: true }))
      .divide(variance(the(x), -1, { keepDims: true }).add(1e-5).sqrt())
      .multiply(the(weight))
      .add(the(bias)),
};

/** `problem` on the current device. Training is prepared by `prepareTraining`. */
export function prepare({ operation, options = {}, inputs }: Problem): Prepared {
  const given = inputs.map(toTensor);
  if (operation === "adamw") return prepareAdamw(given);
  if (operation === "attention") return prepareAttention(given);
  const compute = operations[operation];
  if (compute === undefined) throw new Error(`We have no operation ${operation}.`);
  const compiled = compile((...tensors: Tensor[]) => compute(tensors, options));
  let last: Tensor | undefined;
  return {
    run: () => {
      last?.dispose();
      last = compiled(...given);
    },
    read: async () => Float32Array.from((await last?.data()) ?? [], Number),
  };
}

/** A step of training whose loss is read each time. */
export function prepareTraining(step: (x: Tensor, target: Tensor) => Tensor, inputs: readonly HostArray[]): Prepared {
  const [x, target] = inputs.map(toTensor);
  let last = Number.NaN;
  return {
    run: async () => {
      last = await step(the(x), the(target)).item();
    },
    read: async () => [last],
  };
}

/** One update of one large parameter. */
function prepareAdamw([weights, gradient]: readonly Tensor[]): Prepared {
  const parameter = new Parameter(the(weights));
  const optimizer = new optim.AdamW([parameter], { learningRate: 1e-3, weightDecay: 1e-2 });
  const step = compile((upstream: Tensor) => {
    optimizer.step([upstream]);
    return parameter.value.slice([0, 4]);
  });
  let last: Tensor | undefined;
  return {
    run: () => {
      last?.dispose();
      last = step(the(gradient));
    },
    read: async () => Float32Array.from((await last?.data()) ?? [], Number),
  };
}

/** Attention with its three gradients. */
function prepareAttention(given: readonly Tensor[]): Prepared {
  const compiled = compile((q: Tensor, k: Tensor, v: Tensor, upstream: Tensor) => {
    const [value, pullBack] = vjp(
      (...parts: [Tensor, Tensor, Tensor]): Tensor => nn.scaledDotProductAttention(...parts, { isCausal: true }),
      q,
      k,
      v,
    );
    return [value, ...pullBack(upstream)] as const;
  });
  let last: readonly Tensor[] = [];
  return {
    run: () => {
      for (const each of last) each.dispose();
      last = compiled(the(given[0]), the(given[1]), the(given[2]), the(given[3]));
    },
    read: async () => Float32Array.from((await last[1]?.data()) ?? [], Number),
  };
}

function toTensor({ data, shape }: HostArray): Tensor {
  return tensor(data, { shape });
}

function the(given: Tensor | undefined): Tensor {
  if (given === undefined) throw new Error("An input is missing.");
  return given;
}
