/** checkpoint: what is kept (exact bytes of the plan), what stays the same (bits), and with what it works together. */
import { describe, expect, it } from "vitest";
import { InterpreterDevice } from "../../src/device/interpreter/interpreterDevice.ts";
import {
  checkpoint,
  compile,
  grad,
  nn,
  optim,
  random,
  registerDevice,
  seed,
  setDevice,
  type Tensor,
  tensor,
} from "../../src/index.ts";

registerDevice("interpreter", () => new InterpreterDevice());

const layers = 16;

/** A chain of layers in pieces; each piece may be a checkpoint. */
function chain(piece: number, isCheckpointed: boolean) {
  const run = (h: Tensor, ...weights: readonly Tensor[]) => weights.reduce((y, w) => y.matmul(w).tanh(), h);
  const part = isCheckpointed ? checkpoint(run) : run;
  return (x: Tensor, weights: readonly Tensor[]) => {
    let h = x;
    for (let first = 0; first < layers; first += piece) h = part(h, ...weights.slice(first, first + piece));
    return h.square().sum();
  };
}

function inputs(rows: number, width: number): [Tensor, readonly Tensor[]] {
  const waves = (shape: readonly [number, number], phase: number) =>
    tensor(
      Float32Array.from({ length: shape[0] * shape[1] }, (_, index) => Math.sin(1 + phase + index * index) * 0.5),
      { shape },
    );
  return [waves([rows, width], 0), Array.from({ length: layers }, (_, layer) => waves([width, width], layer))];
}

describe("checkpoint", () => {
  it("keeps what its pieces are given, and inside one piece at a time", () => {
    const [x, weights] = inputs(32, 16);
    /** Peak of the plan, in activations of one layer. */
    const peak = (piece: number, isCheckpointed: boolean) => {
      const slope = compile(grad(chain(piece, isCheckpointed), { argument: 1 }));
      slope(x, weights);
      return (slope.traces[0]?.plan.arenaBytes ?? 0) / (32 * 16 * 4);
    };
    // Sixteen activations, a gradient and a packed weight (half an activation); with pieces of four: three kept, four
    // computed again, a gradient, a packed weight
    expect([peak(16, false), peak(8, true), peak(4, true), peak(2, true)]).toEqual([17.5, 10.5, 8.5, 10.5]);
  });

  it("gives the same gradients, bit for bit where both are run as they are written", async () => {
    const gradients = async (device: string, piece: number, isCheckpointed: boolean) => {
      const before = setDevice(device);
      try {
        // Four layers: the definition is slow
        const [x, weights] = inputs(2, 4);
        const found = grad(chain(piece, isCheckpointed), { argument: 1 })(x, weights.slice(0, 4));
        return await Promise.all(found.map((each) => each.data()));
      } finally {
        setDevice(before);
      }
    };
    const plain = await gradients("interpreter", layers, false);
    for (const piece of [2, 4]) expect(await gradients("interpreter", piece, true)).toEqual(plain);
    // Compiled, another fusion may choose another order of summation
    const compiled = await gradients("wasm", 2, true);
    compiled.forEach((data, index) =>
      data.forEach((value, at) => expect(value).toBeCloseTo(plain[index]?.[at] ?? NaN, 4)),
    );
  });

  it("differentiates the weights of layers inside, and draws the same random numbers again", async () => {
    const step = (isCheckpointed: boolean) => {
      seed(3);
      const block = () => new nn.Sequential(new nn.Linear(8, 8), new nn.Tanh(), new nn.Dropout(0.5));
      const blocks = [block(), block()];
      const optimizer = new optim.SGD(
        blocks.flatMap((each) => each.parameters()),
        { learningRate: 0.1 },
      );
      const x = random.normal([4, 8]);
      const train = compile((given: Tensor) =>
        optimizer.minimize(() =>
          blocks
            .reduce((h, each) => {
              const forward = (y: Tensor): Tensor => each.forward(y);
              return (isCheckpointed ? checkpoint(forward) : forward)(h);
            }, given)
            .square()
            .mean(),
        ),
      );
      return Promise.all(
        [train(x), train(x), ...blocks.flatMap((each) => each.parameters()).map(({ value }) => value)].map((each) =>
          each.data(),
        ),
      );
    };
    const [plain, again] = [await step(false), await step(true)];
    again.forEach((data, index) =>
      data.forEach((value, at) => expect(value).toBeCloseTo(plain[index]?.[at] ?? NaN, 6)),
    );
  });
});
