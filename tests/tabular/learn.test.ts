/** How a network learns: members apart from each other, rows that are not learned from, the same numbers for the same seed. */
import { describe, expect, test } from "vitest";
import { tensor } from "../../src/index.ts";
import { type Lesson, learn } from "../../src/systems/tabular/learn.ts";
import { TabularNetwork } from "../../src/systems/tabular/network.ts";
import { outputsOf } from "../../src/systems/tabular/outputs.ts";
import { fitPieces } from "../../src/systems/tabular/pieces.ts";
import { chooseSettings } from "../../src/systems/tabular/settings.ts";

const rowCount = 48;
const inputs = 2;
const rows = Float32Array.from({ length: rowCount * inputs }, (_, index) => Math.sin(3 * index) * 2);
const classOf = (row: number): number => ((rows[2 * row] ?? 0) > (rows[2 * row + 1] ?? 0) ? 1 : 0);

/** Members of their own, each left without one of `parts` parts. */
function lessonOf(targets: Float32Array, parts = 3): Lesson {
  const numbers = [0, 1];
  const pieces = fitPieces({ rows, width: inputs, numbers, pieces: 3, targets, outputs: 1, isGuided: false });
  const facts = { rows: rowCount, inputs, outputs: 2, numbers, cut: () => [...pieces.counts], isFast: false };
  const { settings } = chooseSettings(facts, { members: 6, width: 8, epochs: 4 });
  const all = { rows, targets };
  return {
    training: all,
    validation: all,
    partOf: Uint8Array.from({ length: rowCount }, (_, row) => row % parts),
    settings: { ...settings, training: { ...settings.training, parts } },
    pieces,
    seed: 3,
  };
}

describe("learn", () => {
  const targets = Float32Array.from({ length: rowCount }, (_, row) => classOf(row));

  test("gives the same weights for the same seed", async () => {
    const [first, second] = [await learn(lessonOf(targets)), await learn(lessonOf(targets))];
    expect(second.history).toEqual(first.history);
    expect(second.validationOutputs).toEqual(first.validationOutputs);
  });

  test("asks about a row those members alone that did not learn from it", async () => {
    const changed = targets.with(7, 1 - (targets[7] ?? 0));
    const [before, after] = [await learn(lessonOf(targets)), await learn(lessonOf(changed))];
    const part = 7 % 3;
    const outputOf = (outputs: Float32Array, row: number) => Array.from(outputs.subarray(2 * row, 2 * row + 2));
    // Patience has not run out and the last epoch is best or not in both: compare where the same epoch was best
    expect(after.bestEpoch).toBe(before.bestEpoch);
    for (let row = 0; row < rowCount; row++) {
      const [one, other] = [outputOf(before.validationOutputs, row), outputOf(after.validationOutputs, row)];
      if (row % 3 === part) expect(other).toEqual(one);
      else expect(other).not.toEqual(one);
    }
  });

  test("learns to tell classes apart", async () => {
    const lesson = lessonOf(targets);
    const { network, history } = await learn({
      ...lesson,
      settings: {
        ...lesson.settings,
        training: { ...lesson.settings.training, epochs: 40, patience: 40, learningRate: 0.02 },
      },
    });
    expect(history.at(-1)?.loss).toBeLessThan(0.5 * (history[0]?.loss ?? 0));
    const whole = new TabularNetwork(lesson.settings.network).eval();
    whole.networks[0]?.loadStateDictionary(network.stateDictionary());
    const outputs = await outputsOf(whole, rows, lesson.settings.network);
    const right = targets.filter((label, row) => (outputs[2 * row + label] ?? 0) > Math.log(0.5)).length;
    expect(right / rowCount).toBeGreaterThan(0.85);
  });
});

test("a network's outputs are logarithms of probabilities, the same for a row alone and among others", async () => {
  const { settings } = chooseSettings(
    { rows: 5000, inputs, outputs: 3, numbers: [1], cut: () => [0], isFast: false },
    { width: 8, ensemble: 2 },
  );
  const network = new TabularNetwork(settings.network).eval();
  const all = await outputsOf(network, rows, settings.network);
  for (let row = 0; row < rowCount; row++) {
    const logs = all.subarray(3 * row, 3 * row + 3);
    expect(logs.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5);
  }
  expect(await outputsOf(network, rows.slice(0, 2), settings.network)).toEqual(all.slice(0, 3));
  expect(network.forward(tensor(rows.slice(0, 4), { shape: [2, 2] })).shape).toEqual([2, 3]);
});
