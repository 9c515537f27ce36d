/** Shortcuts on networks whose rule is known: one reads the frame, one the middle, one both. */
import { describe, expect, test } from "vitest";
import { frameSkill } from "../../src/audit/frameSkill.ts";
import { findShortcut, type LabelledPictures } from "../../src/audit/index.ts";
import { shuffledOrder } from "../../src/data/shuffle.ts";
import { at } from "../../src/support/invariant.ts";
import { add, multiply } from "../../src/tensor/arithmetic.ts";
import { stack } from "../../src/tensor/joining.ts";
import { mean } from "../../src/tensor/reduce.ts";
import { slice } from "../../src/tensor/slice.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

const size = 16;

/** Pictures that are dark or bright on the frame and in the middle, each as its bit says, with noise. */
function picturesOf(
  frames: readonly number[],
  middles: readonly number[],
  labels: readonly number[],
): LabelledPictures {
  const noise = shuffledOrder(frames.length * size * size, 3, "sample");
  const pixels = Float32Array.from(noise, (word, index) => {
    const [row, place] = [Math.floor(index / size ** 2), index % size ** 2];
    const isMiddle = [Math.floor(place / size), place % size].every((x) => x >= 5 && x < 11);
    return 0.3 + 0.3 * at(isMiddle ? middles : frames, row) + (0.2 * word) / noise.length;
  });
  return { pixels, channels: 1, height: size, width: size, labels, classes: ["dark", "bright"] };
}

/** Scores by how bright the frame is and how bright the middle, with such weights. */
function reading(weights: { readonly frame: number; readonly middle: number }) {
  return {
    stages: [],
    forward: (x: Tensor): Tensor => {
      const frame = mean(slice(x, null, 0, [0, 1]), [1, 2]).subtract(0.55);
      const middle = mean(slice(x, null, 0, [6, 10], [6, 10]), [1, 2]).subtract(0.55);
      const score = add(multiply(frame, weights.frame), multiply(middle, weights.middle));
      return stack([multiply(score, -1), score], 1);
    },
  };
}

const bits = (count: number, step: number): number[] =>
  Array.from({ length: count }, (_, row) => Math.floor(row / step) % 2);
const labels = bits(80, 1);

describe("a network's shortcut", () => {
  test("by the frame: found, with all of the evidence", async () => {
    const found = await findShortcut(reading({ frame: 1, middle: 0 }), picturesOf(labels, labels, labels));
    expect(found).toMatchObject({
      isShortcut: true,
      accuracy: 1,
      sameFrames: 1,
      otherFrames: 0,
      followed: 1,
      frameSkill: 1,
    });
    expect(found.evidence).toBeCloseTo(1, 1);
    expect(found.message).toMatch(/^The network decides by what stands around/);
  });

  test("by the middle of the same pictures: none", async () => {
    const found = await findShortcut(reading({ frame: 0, middle: 1 }), picturesOf(labels, labels, labels));
    expect(found).toMatchObject({ isShortcut: false, otherFrames: 1, frameSkill: 1 });
    expect(Math.abs(found.evidence)).toBeLessThan(0.01);
  });

  test("a third by the frame: found although every answer stays right", async () => {
    const found = await findShortcut(reading({ frame: 1, middle: 2 }), picturesOf(labels, labels, labels));
    expect(found).toMatchObject({ isShortcut: true, otherFrames: 1 });
    expect(found.evidence).toBeGreaterThan(0.28);
    expect(found.evidence).toBeLessThan(0.38);
  });

  test("a network that looks at frames which say nothing is no shortcut", async () => {
    const found = await findShortcut(reading({ frame: 0.3, middle: 1 }), picturesOf(bits(80, 2), labels, labels));
    expect(found.isShortcut).toBe(false);
    expect(Math.abs(found.evidence)).toBeLessThan(0.1);
    expect(found.frameSkill).toBeLessThan(0.3);
  });

  test("where little is told rightly, nothing is claimed", async () => {
    const found = await findShortcut(reading({ frame: -1, middle: 0 }), picturesOf(labels, labels, labels));
    expect(found.isShortcut).toBe(false);
    expect(found.message).toMatch(/^Too few pictures/);
  });

  test("one class is named as too few", async () => {
    const one = picturesOf(labels, labels, Array(80).fill(0));
    await expect(findShortcut(reading({ frame: 1, middle: 0 }), one)).rejects.toThrow("two classes of two pictures");
  });
});

test("frames that tell the class only by groups of colours are told as well", () => {
  // Dark and bright frames are one class, grey ones the other: no line divides them
  const kinds = Array.from({ length: 120 }, (_, row) => row % 3);
  const given = picturesOf(
    kinds,
    kinds,
    kinds.map((kind) => Number(kind === 1)),
  );
  expect(frameSkill(given, Array.from(kinds.keys()))).toBeGreaterThan(0.9);
});
