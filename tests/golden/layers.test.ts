/** Layers against PyTorch: results, and gradients of inputs and parameters, in double precision, compiled. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { compile, gradientsOf, nn, type Tensor, tensor } from "../../src/index.ts";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import { type HostArray, tensorOf } from "../../src/tensor/hostArray.ts";
import { expectNear } from "./golden.ts";

const arrays = decodeSafetensors(readFileSync(new URL("layers.safetensors", import.meta.url))).arrays;

/** What stands under `name/kind/`, by what follows. */
function parts(name: string, kind: string): ReadonlyMap<string, HostArray> {
  const prefix = `${name}/${kind}/`;
  return new Map(
    [...arrays].filter(([key]) => key.startsWith(prefix)).map(([key, array]) => [key.slice(prefix.length), array]),
  );
}

type AnyLayer = { forward(...inputs: never[]): unknown } & nn.AnyModule;
type Run = (layer: never, inputs: readonly Tensor[]) => readonly Tensor[];

const dtype = "f64" as const;
const plain = (layer: { forward(...inputs: readonly Tensor[]): Tensor }, inputs: readonly Tensor[]) => [
  layer.forward(...inputs),
];
const walk =
  (lengths?: readonly number[]) =>
  (layer: nn.Recurrent, [x, ...initial]: readonly Tensor[]) => {
    const given = lengths && { lengths: tensor(Int32Array.from(lengths)) };
    const { output, states } = layer.forward(x as Tensor, { ...(initial.length > 0 && { initial }), ...given });
    return [output, ...states];
  };
const attend = (options: () => nn.AttendOptions) => (layer: nn.MultiHeadAttention, inputs: readonly Tensor[]) => {
  const [query, key, value] = inputs as [Tensor, Tensor?, Tensor?];
  return [layer.forward(query, { ...(key && { key }), ...(value && { value }), ...options() })];
};
const padding = () =>
  tensor([
    [0, 0, 0, 1],
    [0, 1, 1, 1],
  ]).astype("bool");
const block = (normFirst: boolean) =>
  ({ feedForward: 5, dropout: 0, normFirst, activation: normFirst ? "gelu" : "relu", dtype }) as const;
const recurrent = (make: (options: nn.RecurrentOptions) => nn.Recurrent) => [
  [() => make({ dtype }), walk()] as const,
  [() => make({ layers: 2, bidirectional: true, dtype }), walk()] as const,
  [() => make({ layers: 2, bidirectional: true, bias: false, dtype }), walk([5, 2, 4])] as const,
];
const [rnn, gru, lstm] = [nn.RNN, nn.GRU, nn.LSTM].map((Layer) => recurrent((options) => new Layer(2, 3, options)));

const cases: Readonly<Record<string, readonly [make: () => AnyLayer, run?: Run] | undefined>> = {
  Conv1d: [() => new nn.Conv1d(2, 3, 3, { padding: 1, dtype })],
  "Conv1d dilated": [() => new nn.Conv1d(4, 6, 3, { stride: 2, dilation: 2, groups: 2, bias: false, dtype })],
  Conv2d: [() => new nn.Conv2d(2, 4, [3, 2], { stride: [2, 1], padding: [1, 0], groups: 2, dtype })],
  Conv3d: [() => new nn.Conv3d(1, 2, 2, { dtype })],
  ConvTranspose1d: [() => new nn.ConvTranspose1d(3, 2, 4, { stride: 2, padding: 1, dtype })],
  ConvTranspose2d: [
    () => new nn.ConvTranspose2d(2, 4, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2, dtype }),
  ],
  ConvTranspose3d: [() => new nn.ConvTranspose3d(2, 1, 2, { stride: [1, 2, 1], dilation: [1, 1, 2], dtype })],
  "ConvTranspose1d dilated": [() => new nn.ConvTranspose1d(2, 3, 4, { stride: 4, dilation: 6, padding: 3, dtype })],
  "ConvTranspose2d dilated": [() => new nn.ConvTranspose2d(1, 2, 3, { stride: [2, 3], dilation: [2, 3], dtype })],
  MaxPool1d: [() => new nn.MaxPool1d(2)],
  MaxPool2d: [() => new nn.MaxPool2d(3, { stride: 2, padding: 1 })],
  MaxPool3d: [() => new nn.MaxPool3d([1, 2, 2])],
  AvgPool1d: [() => new nn.AvgPool1d(3, { stride: 1, padding: 1 })],
  AvgPool2d: [() => new nn.AvgPool2d(2)],
  AvgPool3d: [() => new nn.AvgPool3d(2)],
  AdaptiveAvgPool1d: [() => new nn.AdaptiveAvgPool1d(3)],
  AdaptiveAvgPool2d: [() => new nn.AdaptiveAvgPool2d([1, 2])],
  AdaptiveAvgPool3d: [() => new nn.AdaptiveAvgPool3d(1)],
  GlobalAvgPool: [() => new nn.GlobalAvgPool()],
  GlobalMaxPool: [() => new nn.GlobalMaxPool()],
  Upsample: [() => new nn.Upsample({ scale: 2 })],
  "Upsample linear": [() => new nn.Upsample({ scale: [2, 1.5], mode: "linear" })],
  "Upsample cubic": [() => new nn.Upsample({ size: [5, 7], mode: "cubic", coordinates: "alignCorners" })],
  "Upsample volume": [() => new nn.Upsample({ size: [3, 2, 5] })],
  Bilinear: [() => new nn.Bilinear(3, 2, 4, { dtype })],
  WeightNorm: [() => new nn.WeightNorm(new nn.Conv1d(2, 3, 3, { dtype }))],
  SpectralNorm: [
    () => new nn.SpectralNorm(new nn.Linear(4, 3, { dtype }), { iterations: 2 }),
    (layer: nn.SpectralNorm, [x]: readonly Tensor[]) => [
      layer.forward(x as Tensor),
      layer.left.value.multiply(1),
      layer.right.value.multiply(1),
    ],
  ],
  "SpectralNorm transposed": [
    () => new nn.SpectralNorm(new nn.ConvTranspose1d(3, 2, 3, { dtype }), { axis: 1 }).eval(),
  ],
  Hardtanh: [() => new nn.Hardtanh()],
  "Hardtanh wide": [() => new nn.Hardtanh(-3, 2)],
  ReLU6: [() => new nn.ReLU6()],
  Hardsigmoid: [() => new nn.Hardsigmoid()],
  Hardswish: [() => new nn.Hardswish()],
  Hardshrink: [() => new nn.Hardshrink()],
  Softshrink: [() => new nn.Softshrink()],
  "Softshrink wide": [() => new nn.Softshrink(3)],
  SELU: [() => new nn.SELU()],
  CELU: [() => new nn.CELU()],
  "CELU steep": [() => new nn.CELU(0.3)],
  Mish: [() => new nn.Mish()],
  Softsign: [() => new nn.Softsign()],
  Tanhshrink: [() => new nn.Tanhshrink()],
  LogSigmoid: [() => new nn.LogSigmoid()],
  Threshold: [() => new nn.Threshold(0.2, -7)],
  PReLU: [() => new nn.PReLU(1, 0.25, { dtype })],
  "PReLU channels": [() => new nn.PReLU(3, 0.25, { dtype })],
  GLU: [() => new nn.GLU(1)],
  Softmax: [() => new nn.Softmax(1)],
  LogSoftmax: [() => new nn.LogSoftmax()],
  RNN: rnn?.[0],
  "RNN deep": rnn?.[1],
  "RNN lengths": rnn?.[2],
  "RNN relu": [() => new nn.RNN(2, 3, { nonlinearity: "relu", dtype }), walk()],
  GRU: gru?.[0],
  "GRU deep": gru?.[1],
  "GRU lengths": gru?.[2],
  LSTM: lstm?.[0],
  "LSTM deep": lstm?.[1],
  "LSTM lengths": lstm?.[2],
  MultiHeadAttention: [() => new nn.MultiHeadAttention(6, 2, { dtype }), attend(() => ({}))],
  "MultiHeadAttention causal": [
    () => new nn.MultiHeadAttention(6, 2, { bias: false, dtype }),
    attend(() => ({ isCausal: true })),
  ],
  "MultiHeadAttention padded": [
    () => new nn.MultiHeadAttention(6, 2, { dtype }),
    attend(() => ({ isCausal: true, keyPadding: padding() })),
  ],
  "MultiHeadAttention cross": [
    () => new nn.MultiHeadAttention(6, 2, { dtype }),
    attend(() => ({ mask: tensorOf(arrays.get("floats") as HostArray) })),
  ],
  "MultiHeadAttention memory": [
    () => new nn.MultiHeadAttention(6, 2, { dtype }),
    attend(() => ({ keyPadding: padding() })),
  ],
  ...Object.fromEntries(
    [false, true].flatMap((first) => {
      const order = first ? "norm first" : "norm last";
      const encode = (layer: nn.TransformerEncoderLayer, [x]: readonly Tensor[]) => [
        layer.forward(x as Tensor, { isCausal: true, keyPadding: padding() }),
      ];
      const decode = (layer: nn.TransformerDecoderLayer, [x, memory]: readonly Tensor[]) => [
        layer.forward(x as Tensor, memory as Tensor, { isCausal: true, memoryPadding: padding() }),
      ];
      return [
        [
          `TransformerEncoderLayer ${order}`,
          [() => new nn.TransformerEncoderLayer(6, 2, block(first)), encode] as const,
        ],
        [
          `TransformerDecoderLayer ${order}`,
          [() => new nn.TransformerDecoderLayer(6, 3, block(first)), decode] as const,
        ],
      ];
    }),
  ),
};

/** Where PyTorch uses constants of single precision, also for doubles: 1/6 and alpha. */
const rough: readonly string[] = ["Hardsigmoid", "Hardswish", "CELU steep"];

const names = [...new Set([...arrays.keys()].filter((key) => key.includes("/")).map((key) => key.split("/")[0] ?? ""))];

it("has a case for all that PyTorch gave, and PyTorch for each", () => {
  expect(names.toSorted()).toEqual(Object.keys(cases).toSorted());
});

it.each(names)("%s has PyTorch's results and gradients", async (name) => {
  const [make, run = plain as Run] = cases[name] ?? [];
  if (make === undefined) return expect.fail(`no case ${name}`);
  const tolerance = rough.includes(name) ? 1e-6 : 1e-10;
  const layer = make();
  const state = new Map([...parts(name, "state")].map(([key, array]) => [key, tensorOf(array)]));
  layer.loadStateDictionary(nn.fromTorchNames(state));
  const keys = [...nn.toTorchNames(layer.stateDictionary()).keys()];
  expect(keys.toSorted()).toEqual([...state.keys()].toSorted());
  // Gradients of what is not trained are not PyTorch's to give
  const parameters = [...layer.namedParameters()].flatMap(([, each]) => (each.trainable ? [each] : []));
  const trained = keys.filter((_, index) => [...layer.namedParameters().values()][index]?.trainable);
  const inputs = [...parts(name, "input").values()].map(tensorOf);
  const factors = [...parts(name, "factor").values()].map(tensorOf);
  const step = compile((given: readonly Tensor[]) => {
    const values = [...given, ...parameters.map(({ value }) => value)];
    const outputs = run(layer as never, given);
    const total = outputs
      .map((output, index) => output.multiply(factors[index] ?? NaN).sum())
      .reduce((a, b) => a.add(b));
    return { outputs, gradients: gradientsOf(total, values) };
  });
  const { outputs, gradients } = step(inputs);
  const expected = [...parts(name, "output").values()];
  expect(outputs.length).toBe(expected.length);
  for (const [index, output] of outputs.entries()) {
    expect(output.shape).toEqual(expected[index]?.shape);
    await expectNear(output, expected[index] as HostArray, tolerance, `output ${index}`);
  }
  const slopes = parts(name, "slope");
  const wanted = [...parts(name, "gradient").values(), ...trained.map((key) => slopes.get(key))];
  for (const [index, gradient] of gradients.entries())
    await expectNear(gradient, wanted[index] as HostArray, tolerance, `gradient ${index}`);
});
