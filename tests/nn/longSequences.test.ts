/** Recurrent layers on long sequences: the same numbers with and without keeping every state, in the memory that they promise. */
import { describe, expect, test } from "vitest";
import { compile, explainPlan, nn, optim, random, seed, type Tensor, zeros } from "../../src/index.ts";

const layers = { GRU: nn.GRU, LSTM: nn.LSTM } as const;

describe.each(Object.entries(layers))("%s", (_, Layer) => {
  test("learns the same when it keeps one state in four", async () => {
    const losses = await Promise.all(
      [undefined, 4].map(async (checkpointEvery) => {
        seed(6);
        const options = { bidirectional: true, dtype: "f64" as const };
        const layer = new Layer(3, 5, checkpointEvery === undefined ? options : { ...options, checkpointEvery });
        const x = random.normal([2, 14, 3], { dtype: "f64" });
        const optimizer = new optim.SGD(layer.parameters(), { learningRate: 0.1 });
        const step = compile((given: Tensor) =>
          optimizer.minimize(() => {
            const { output, states } = layer.forward(given);
            return output
              .square()
              .mean()
              .add(states[0]?.mean() ?? 0);
          }),
        );
        const found = [step(x), step(x), step(x)];
        return Promise.all(found.map(async (loss) => Number(await loss.item())));
      }),
    );
    const [plain = [], kept = []] = losses;
    plain.forEach((loss, index) => expect(Math.abs(loss - (kept[index] ?? NaN))).toBeLessThan(1e-12));
    expect(plain[2]).toBeLessThan(plain[0] ?? NaN);
  });
});

test("a training step of 40,000 steps keeps about two roots of states, and no gates of all steps", () => {
  const [steps, every, hidden] = [40_000, 200, 16];
  const bytesWith = (options: nn.RecurrentOptions) => {
    const layer = new nn.LSTM(2, hidden, options);
    const optimizer = new optim.SGD(layer.parameters(), { learningRate: 0.1 });
    const step = compile((x: Tensor) => optimizer.minimize(() => (layer.forward(x).states[0] ?? x).square().sum()));
    return explainPlan(step, zeros([1, steps, 2])).arenaBytes;
  };
  const state = 2 * 4 * hidden;
  // The input once more, steps first
  const input = 4 * 2 * steps;
  expect(bytesWith({ checkpointEvery: every })).toBeLessThan(input + 4 * every * state);
  expect(bytesWith({})).toBeGreaterThan(steps * (state + 4 * 4 * hidden));
});
