/** Curves, the bumps that make them, and the folds that a wide network cannot make: what the lesson claims is true. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildByHand } from "../../src/studio/playground/training/builtByHand.ts";
import {
  bumpNetwork,
  bumpsFor,
  bumpValue,
  largestError,
  oneBump,
  stepsFor,
  stepValue,
} from "../../src/studio/playground/training/bumps.ts";
import {
  curveFromText,
  curveToText,
  drawStroke,
  knotCount,
  presetCurve,
  presetNames,
  raiseKnot,
  valueAt,
} from "../../src/studio/playground/training/curves.ts";
import {
  equalWidth,
  foldNetwork,
  leastErrorOfWide,
  mostFolds,
  tent,
} from "../../src/studio/playground/training/folds.ts";
import { countNumbers, evaluatePlain, type PlainNetwork } from "../../src/studio/playground/training/plainNetwork.ts";
import { DataError } from "../../src/support/errors.ts";
import { at } from "../../src/support/invariant.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const curves = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: knotCount, maxLength: knotCount });
const errors = fc.double({ min: 0.02, max: 1.5, noNaN: true });

describe("curves", () => {
  test("come back from an address as they went in, to half a level", () => {
    fc.assert(
      fc.property(curves, (curve) => {
        const back = curveFromText(curveToText(curve));
        expect(curveToText(back)).toBe(curveToText(curve));
        back.forEach((value, knot) => expect(Math.abs(value - at(curve, knot))).toBeLessThanOrEqual(1 / 4094 + 1e-12));
      }),
    );
  });

  test("an address that was cut or holds other characters is refused", () => {
    const text = curveToText(presetCurve("wave"));
    expect(() => curveFromText(text.slice(1))).toThrow(DataError);
    expect(() => curveFromText(`!${text.slice(1)}`)).toThrow(/no height/);
    expect(() => curveFromText(`__${text.slice(2)}`)).toThrow(/no height/);
  });

  test("a stroke moves the knots that it passes, in either direction, and no other", () => {
    const flat = new Array<number>(knotCount).fill(0);
    const there = drawStroke(flat, { x: 0.25, y: 0.5 }, { x: 0.5, y: -0.5 });
    const back = drawStroke(flat, { x: 0.5, y: -0.5 }, { x: 0.25, y: 0.5 });
    expect(there).toEqual(back);
    expect(valueAt(there, 0.375)).toBeCloseTo(0, 12);
    expect(there.filter((value, knot) => (knot < 16 || knot > 32) && value !== 0)).toEqual([]);
    expect(raiseKnot(flat, 10, 0.4, 1).slice(8, 13)).toEqual([0, 0.2, 0.4, 0.2, 0]);
  });

  test("presets stay within the picture", () => {
    for (const name of presetNames)
      for (const value of presetCurve(name)) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  });
});

describe("bumps", () => {
  test("level pieces keep to the error that was asked for, for any curve", () => {
    fc.assert(
      fc.property(curves, errors, (curve, error) => {
        const steps = stepsFor(curve, error);
        expect(largestError(curve, steps, (x) => stepValue(steps, x))).toBeLessThanOrEqual(error + 1e-7);
      }),
      { numRuns: 40 },
    );
  });

  test("sigmoids keep to the proved bound, and the bound to the error", () => {
    fc.assert(
      fc.property(curves, errors, (curve, error) => {
        const bumps = bumpsFor(curve, error);
        expect(bumps.bound).toBeLessThanOrEqual(error + 1e-12);
        const measured = largestError(curve, bumps, (x) => bumpValue(bumps, x));
        expect(measured).toBeLessThanOrEqual(bumps.bound + 1e-9);
      }),
      { numRuns: 25 },
    );
  });

  test("half the error takes about twice the bumps, and the bumps add up to the curve", () => {
    const wave = presetCurve("wave");
    const [coarse, fine] = [bumpsFor(wave, 0.2), bumpsFor(wave, 0.1)];
    expect(fine.edges.length / coarse.edges.length).toBeGreaterThan(1.7);
    for (const x of [0, 0.13, 0.5, 0.77, 1]) {
      const sum = coarse.levels.reduce((total, _, bump) => total + oneBump(coarse, bump, x), 0);
      expect(sum).toBeCloseTo(bumpValue(coarse, x), 10);
    }
  });

  test("are a network that the engine runs, and it meets the error too", async () => {
    for (const name of presetNames) {
      const curve = presetCurve(name);
      const bumps = bumpsFor(curve, 0.1);
      const xs = Float32Array.from({ length: 1001 }, (_, index) => index / 1000);
      const answers = await buildByHand(bumpNetwork(bumps))
        .forward(tensor(xs, { shape: [1001, 1] }))
        .data();
      const worst = xs.reduce((most, x, row) => Math.max(most, Math.abs(at(answers, row) - valueAt(curve, x))), 0);
      expect(worst, name).toBeLessThanOrEqual(0.1);
      expect(evaluatePlain(bumpNetwork(bumps), 0.3)).toBeCloseTo(bumpValue(bumps, 0.3), 9);
    }
  });

  test("a level curve needs none", () => {
    const flat = new Array<number>(knotCount).fill(0.3);
    expect(bumpsFor(flat, 0.1)).toMatchObject({ edges: [], levels: [0.3] });
  });
});

describe("folds", () => {
  test("the tent has twice the pieces with every fold", () => {
    for (const folds of [1, 2, 5, 8]) {
      const teeth = Array.from({ length: 2 ** folds + 1 }, (_, index) => tent(index / 2 ** folds, folds));
      expect(teeth).toEqual(teeth.map((_, index) => index % 2));
    }
  });

  test("the deep network folds exactly in the engine's single precision, at any place", async () => {
    const xs = Float32Array.from({ length: 4001 }, (_, index) => index / 4000);
    for (const folds of [1, 3, 8, mostFolds]) {
      const network = foldNetwork(folds);
      expect(network.layers.length - 1).toBe(2 * folds);
      const answers = await buildByHand(network)
        .forward(tensor(xs, { shape: [4001, 1] }))
        .data();
      const worst = xs.reduce((most, x, row) => Math.max(most, Math.abs(at(answers, row) - tent(x, folds))), 0);
      expect(worst).toBeLessThanOrEqual(1e-6);
    }
  });

  test("from five folds on no wide network of as many numbers can: whatever bends and slopes it has", () => {
    for (const folds of [5, 8]) {
      const units = equalWidth(folds);
      expect(3 * units + 1).toBeGreaterThanOrEqual(countNumbers(foldNetwork(folds)));
      expect(leastErrorOfWide(folds, units)).toBe(0.5);
      const bends = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: units, maxLength: units });
      const heights = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: units, maxLength: units });
      fc.assert(
        fc.property(bends, heights, (places, weights) => {
          const wide = wideNetwork(places, weights);
          const teeth = Array.from({ length: 2 ** folds + 1 }, (_, index) => index / 2 ** folds);
          const worst = teeth.reduce((most, x) => Math.max(most, Math.abs(tent(x, folds) - evaluatePlain(wide, x))), 0);
          expect(worst).toBeGreaterThanOrEqual(0.5 - 1e-9);
        }),
        { numRuns: 50 },
      );
    }
    expect(leastErrorOfWide(1, equalWidth(1))).toBe(0);
  });
});

/** One hidden layer of ReLU units that bend at `places`. */
function wideNetwork(places: readonly number[], weights: readonly number[]): PlainNetwork {
  const units = places.length;
  return {
    nonlinearity: "relu",
    layers: [
      { inputs: 1, outputs: units, weights: places.map(() => 1), biases: places.map((place) => -place) },
      { inputs: units, outputs: 1, weights, biases: [0.5] },
    ],
  };
}
