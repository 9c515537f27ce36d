/**
 * Smilodon as a contestant: each operation as a user would write it, compiled. Nothing is disposed: that the
 * collector frees our results is part of our time. The device has one thread so far; `threads` waits for more.
 */
import { compile, matmul, mean, nn, optim, softmax, sum, Tensor, tensor, variance } from "../../src/index.ts";
import { adamw, type HostArray, type Library, type Operation, type Prepared } from "../harness/library.ts";

/** Ours. */
export const ours: Library = {
  name: "smilodon",
  async start() {},
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
  trainMlp,
};

/** Trains the network of `trainMlp` in eager code too: `flatMemory.ts`. */
export function mlpStep([x, classes, ...weights]: readonly HostArray[], isCompiled: boolean): () => Tensor {
  const [inputs, hidden, outputs] = [size(x, 1), size(weights[0], 1), size(weights[2], 1)];
  const model = new nn.Sequential(new nn.Linear(inputs, hidden), new nn.ReLU(), new nn.Linear(hidden, outputs));
  // Linear keeps its weight as [out, in]. Turned on the host: first-step must find a compiler that has not run yet
  model.parameters().forEach((parameter, index) => {
    parameter.assign(toTensor(index % 2 === 0 ? transpose(weights[index]) : weights[index]));
  });
  const optimizer = new optim.AdamW(model.parameters(), {
    learningRate: adamw.learningRate,
    weightDecay: adamw.weightDecay,
  });
  const step = (images: Tensor, labels: Tensor): Tensor =>
    optimizer.minimize(() => nn.crossEntropy(model.forward(images), labels));
  const images = toTensor(x);
  const labels = tensor(Int32Array.from(classes?.data ?? []));
  const stepper = isCompiled ? compile(step) : step;
  return () => stepper(images, labels);
}

function trainMlp(inputs: readonly HostArray[]): Prepared {
  const step = mlpStep(inputs, true);
  let last = Number.NaN;
  return {
    run: async () => {
      last = await step().item();
    },
    read: async () => [last],
  };
}

function compiled(operation: (a: Tensor, b: Tensor, c: Tensor) => Tensor): (inputs: readonly HostArray[]) => Prepared {
  return (inputs) => {
    const compiledOperation = compile(operation);
    const given = threeOf(inputs);
    let last: Tensor | undefined;
    return {
      run: () => {
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

function transpose(matrix: HostArray | undefined): HostArray {
  const [rows, columns] = [size(matrix, 0), size(matrix, 1)];
  const data = new Float32Array(rows * columns);
  for (let place = 0; place < data.length; place++)
    data[(place % columns) * rows + Math.floor(place / columns)] = matrix?.data[place] ?? 0;
  return { data, shape: [columns, rows] };
}

function toTensor(array: HostArray | undefined): Tensor {
  if (array === undefined) throw new Error("An input is missing.");
  return tensor(array.data, { shape: array.shape });
}

function size(array: HostArray | undefined, axis: number): number {
  return array?.shape[axis] ?? Number.NaN;
}
