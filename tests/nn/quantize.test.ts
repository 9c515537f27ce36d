/** Quantized networks: what they get right, how large they are, and that they are saved and loaded. */
import { describe, expect, test } from "vitest";
import { ArgumentError, compile, nn, optim, random, seed, type Tensor, tensor } from "../../src/index.ts";
import { loadModelBytes, modelToBytes } from "../../src/io/index.ts";
import { QuantizedLinear, quantize } from "../../src/nn/quantization/index.ts";

const [classes, side, count] = [4, 8, 512];

/** Small pictures of four kinds, each a pattern under noise. */
function pictures(): { x: Tensor; y: Tensor } {
  const labels = Int32Array.from({ length: count }, (_, index) => index % classes);
  const y = tensor(labels);
  const patterns = random.normal([classes, 1, side, side]);
  return { x: patterns.take(y, { axis: 0 }).add(random.normal([count, 1, side, side]).multiply(1.5)), y };
}

const network = () =>
  new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(8 * side * side, 64),
    new nn.ReLU(),
    new nn.Linear(64, classes),
  );

async function trained(): Promise<{ bytes: Uint8Array; x: Tensor; y: Tensor }> {
  seed(11);
  const model = network();
  const { x, y } = pictures();
  const optimizer = new optim.AdamW(model.parameters(), { learningRate: 3e-3 });
  const step = compile(() => optimizer.minimize(() => nn.crossEntropy(model.forward(x), y)));
  for (let index = 0; index < 30; index++) step();
  return { bytes: await modelToBytes(model), x, y };
}

const known = trained();

async function loaded(): Promise<nn.Sequential> {
  const model = network();
  loadModelBytes(model, (await known).bytes);
  return model;
}

async function accuracyOf(model: nn.Sequential, x: Tensor, y: Tensor): Promise<number> {
  const right = compile((given: Tensor) => model.forward(given).argmax(-1).equal(y).astype("f32").mean());
  return Number(await right(x).item());
}

describe.each([
  { options: { bits: 8 }, share: 0.27, off: 0.02 },
  { options: { bits: 8, symmetric: false }, share: 0.27, off: 0.02 },
  { options: { bits: 8, activations: "row" }, share: 0.27, off: 0.1 },
  { options: { bits: 8, activations: "tensor" }, share: 0.27, off: 0.1 },
  { options: { bits: 4, groupSize: 32 }, share: 0.17, off: 0.4 },
  { options: { bits: 4, groupSize: 64, symmetric: false }, share: 0.17, off: 0.4 },
] as const)("$options", ({ options, share, off }) => {
  test("keeps the accuracy, is as small as its bits, and comes back from a file", async () => {
    const { bytes, x, y } = await known;
    const plain = await loaded();
    const accuracy = await accuracyOf(plain, x, y);
    expect(accuracy).toBeGreaterThan(0.9);
    const outputs = plain.forward(x);
    const model = quantize(await loaded(), options);
    expect(Math.abs((await accuracyOf(model, x, y)) - accuracy)).toBeLessThanOrEqual(0.01);
    const error = await model.forward(x).subtract(outputs).abs().max().item();
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(off * Number(await outputs.abs().max().item()));

    const small = await modelToBytes(model);
    expect(small.length / bytes.length).toBeLessThan(share);
    const again = quantize(network(), options);
    loadModelBytes(again, small);
    expect(await again.forward(x).equal(model.forward(x)).all().item()).toBe(1);
  });
});

test("leaves what it is told to leave, keeps shared layers shared, and trains nothing but the rest", () => {
  const shared = new nn.Linear(8, 8);
  const model = new nn.Sequential(shared, new nn.Tanh(), shared, new nn.Linear(8, 2));
  quantize(model, { only: (path) => path !== "3" });
  expect(model[0]).toBeInstanceOf(QuantizedLinear);
  expect(model[2]).toBe(model[0]);
  expect(model[3]).toBeInstanceOf(nn.Linear);
  const free = [...model.namedParameters()].filter(([, { trainable }]) => trainable).map(([name]) => name);
  expect(free).toEqual(["3.weight", "3.bias"]);
  const block = new nn.Sequential(new nn.Residual(new nn.Sequential(new nn.Linear(4, 4))));
  expect([...quantize(block).namedParameters().keys()]).toEqual([
    "0.inner.0.values",
    "0.inner.0.scale",
    "0.inner.0.bias",
  ]);
});

test("says what cannot be quantized", () => {
  expect(() => quantize(new nn.Linear(2, 2))).toThrow(/new QuantizedLinear/);
  expect(() => quantize(new nn.Sequential(new nn.ReLU()))).toThrow(/no Linear or Conv2d .* 2 modules/);
  expect(() => new QuantizedLinear(new nn.Linear(8, 2), { bits: 4, activations: "row" })).toThrow(ArgumentError);
});
