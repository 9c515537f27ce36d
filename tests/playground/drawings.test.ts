/** Drawings that the page makes up: the same everywhere, on the paper, and never twice. */
import { expect, test } from "vitest";
import {
  type DrawingProblemName,
  drawingOf,
  drawingProblems,
  firstHeldOut,
  picturesOf,
} from "../../src/studio/playground/training/drawings/problems.ts";
import {
  boxOf,
  moveStrokes,
  paint,
  pictureDots,
  pictureSize,
} from "../../src/studio/playground/training/drawings/strokes.ts";

const names: readonly DrawingProblemName[] = ["digits", "animals"];

test.for(names)("%s: the same number is the same drawing, another one is another", (name) => {
  const { classes } = drawingProblems[name];
  const once = picturesOf(name, 7, 20, 30);
  const again = picturesOf(name, 7, 0, 50);
  expect(again.dots.subarray(20 * pictureDots)).toEqual(once.dots);
  expect(Array.from(once.labels)).toEqual(Array.from({ length: 30 }, (_, index) => (20 + index) % classes.length));
  const shown = new Set(Array.from({ length: 200 }, (_, number) => String(drawingOf(name, 7, number).strokes)));
  const heldOut = Array.from({ length: 200 }, (_, number) => String(drawingOf(name, 7, firstHeldOut + number).strokes));
  expect(shown.size).toBe(200);
  expect(heldOut.filter((drawing) => shown.has(drawing))).toEqual([]);
  expect(drawingOf(name, 8, 20).strokes).not.toEqual(drawingOf(name, 7, 20).strokes);
});

test.for(names)("%s: every drawing is on the paper and has ink", (name) => {
  for (let number = 0; number < 500; number++) {
    const { strokes, pen } = drawingOf(name, 3, number);
    const { left, top, right, bottom } = boxOf(strokes);
    expect(Math.min(left, top)).toBeGreaterThan(0);
    expect(Math.max(right, bottom)).toBeLessThan(1);
    const picture = paint(strokes, pen);
    const ink = picture.reduce((sum, dot) => sum + dot, 0) / pictureDots;
    expect(ink).toBeGreaterThan(0.02);
    expect(ink).toBeLessThan(0.6);
    expect(Math.max(...picture)).toBeLessThanOrEqual(1);
  }
});

test("a pen covers what it passes, and nothing beyond its width", () => {
  const level = (pictureSize / 2 + 0.5) / pictureSize;
  const line = paint(
    [
      [
        [0.25, level],
        [0.75, level],
      ],
    ],
    1,
  );
  const row = pictureSize / 2;
  const column = (x: number): number[] =>
    Array.from({ length: 7 }, (_, index) => line[(row - 3 + index) * pictureSize + x] ?? Number.NaN);
  // Dots whose middle is 1 away from the stroke are half covered by a pen that reaches 1
  expect(column(14)).toEqual([0, 0, 0.5, 1, 0.5, 0, 0]);
  expect(column(2)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(paint([]).every((dot) => dot === 0)).toBe(true);
  expect(paint([[[0.5, 0.5]]], 1).some((dot) => dot > 0.5)).toBe(true);
  const outside = paint([
    [
      [2, 2],
      [3, 3],
    ],
  ]);
  expect(outside.every((dot) => dot === 0)).toBe(true);
});

test("strokes that are moved by whole dots give the picture moved", () => {
  const { strokes } = drawingOf("digits", 0, 8);
  const moved = paint(moveStrokes(strokes, 1 / pictureSize, 0));
  const picture = paint(strokes);
  for (let dot = 0; dot < pictureDots - 1; dot++)
    if (dot % pictureSize !== pictureSize - 1) expect(moved[dot + 1]).toBeCloseTo(picture[dot] ?? 0, 5);
});
