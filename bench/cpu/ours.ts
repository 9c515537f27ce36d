/**
 * Smilodon as a contestant: each operation as a user would write it, compiled. A result is let go of before the next one, as the
 * peers' are; in training steps, and in the rows of memory, nothing is.
 */
import { compile, conv2d, cumulativeSum, matmul, mean, softmax, sum, Tensor, variance, vjp } from "../../src/index.ts";
import type { HostArray, Library, Operation, Prepared } from "../harness/library.ts";
import { cnnStep, convolveStrided, gptStep, mlpStep, toTensor } from "./ourNetworks.ts";

/** Ours. */
export const ours: Library = {
  name: "smilodon",
  async start(threads) {
    process.env.SMILODON_THREADS = String(threads);
  },
  async prepare({ operation, inputs }) {
    return operations[operation](inputs);
  },
};

const operations: Readonly<Record<Operation, (inputs: readonly HostArray[]) => Prepared>> = {
  matmul: compiled((a, b) => matmul(a, b)),
  matmulNT: compiled((a, b) => matmul(a, b.matrixTranspose())),
  matmulTN: compiled((a, b) => matmul(a.matrixTranspose(), b)),
  exp: compiled((x) => x.exp()),
  tanh: compiled((x) => x.tanh()),
  gelu: compiled((x) => x.gelu()),
  softmax: compiled((x) => softmax(x)),
  layerNorm: compiled((x, weight, bias) =>
    x
      .subtract(mean(x, -1, { keepDims: true }))
      .divide(variance(x, -1, { keepDims: true }).add(1e-5).sqrt())
      .multiply(weight)
      .add(bias),
  ),
  sumRows: compiled((x) => sum(x, -1)),
  sumColumns: compiled((x) => sum(x, 0)),
  cumulativeSum: compiled((x) => cumulativeSum(x, { axis: -1 })),
  addAndRead: (inputs) => {
    const [a, b] = threeOf(inputs);
    let last: ArrayLike<number> = [];
    return {
      run: () => {
        last = a.add(b).dataSync();
      },
      read: async () => last,
    };
  },
  conv: compiled(convolve),
  convByInput: compiled((x, weight, upstream) => vjp(convolve, x, weight)[1](upstream)[0]),
  convByKernel: compiled((x, weight, upstream) => vjp(convolve, x, weight)[1](upstream)[1]),
  stridedConv: compiled(convolveStrided),
  stridedConvByInput: compiled((x, weight, upstream) => vjp(convolveStrided, x, weight)[1](upstream)[0]),
  stridedConvByKernel: compiled((x, weight, upstream) => vjp(convolveStrided, x, weight)[1](upstream)[1]),
  trainMlp: training(mlpStep),
  trainCnn: training(cnnStep),
  trainGpt: training(gptStep),
};

function convolve(x: Tensor, weight: Tensor): Tensor {
  return conv2d(x, weight, { padding: ((weight.shape[2] ?? 1) - 1) / 2 });
}

function training(stepOf: (inputs: readonly HostArray[]) => () => Tensor): (inputs: readonly HostArray[]) => Prepared {
  return (inputs) => {
    const step = stepOf(inputs);
    let last = Number.NaN;
    return {
      run: async () => {
        last = await step().item();
      },
      read: async () => [last],
    };
  };
}

function compiled(operation: (a: Tensor, b: Tensor, c: Tensor) => Tensor): (inputs: readonly HostArray[]) => Prepared {
  return (inputs) => {
    const compiledOperation = compile(operation);
    const given = threeOf(inputs);
    let last: Tensor | undefined;
    return {
      run: () => {
        last?.dispose();
        last = compiledOperation(...given);
      },
      read: async () => (await last?.data()) ?? [],
    };
  };
}

/** Inputs as tensors; an operation of fewer does not look at the others. */
function threeOf(inputs: readonly HostArray[]): readonly [Tensor, Tensor, Tensor] {
  const [a, b = a, c = a] = inputs.map(toTensor);
  if (!(a instanceof Tensor && b instanceof Tensor && c instanceof Tensor)) throw new Error("No inputs.");
  return [a, b, c];
}
