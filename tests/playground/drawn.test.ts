/** The visitor's paper: what the address holds is what is seen, and editing keeps within the paper. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Drawn,
  drawnCodec,
  labelOf,
  mostPoints,
  movedBy,
  nextExample,
  pictureOf,
  strokesOf,
  withoutLast,
  withoutNear,
  withStroke,
} from "../../src/studio/playground/lessons/seeing/drawn.ts";
import { boxOf, type Stroke } from "../../src/studio/playground/training/drawings/strokes.ts";

const point = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
const stroke = fc.array(point, { minLength: 1, maxLength: 40 });

const draw = (strokes: readonly Stroke[]): readonly Stroke[] =>
  strokes.reduce<readonly Stroke[]>((paper, each) => strokesOf("digits", withStroke(paper, each)), []);

test("whoever opens the address sees the same picture, dot by dot", () => {
  fc.assert(
    fc.property(fc.array(stroke, { maxLength: 6 }), (strokes) => {
      const paper = draw(strokes);
      const text = drawnCodec.write({ kind: "own", strokes: paper });
      const opened = drawnCodec.parse(text);
      expect(opened).toEqual({ kind: "own", strokes: paper });
      expect(text).toMatch(/^[\w~.-]*$/);
    }),
  );
  expect(drawnCodec.parse("e42")).toEqual({ kind: "example", number: 42 });
  expect(strokesOf("digits", { kind: "example", number: 42 })).not.toEqual([]);
});

test("texts that are no drawing are none", () => {
  for (const text of [
    "",
    "e",
    "e1234567",
    "x",
    "d1",
    "d1!",
    "d__",
    "d11.",
    "d11..22",
    `d${"11".repeat(4 * mostPoints)}`,
  ])
    expect(drawnCodec.parse(text)).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), (text) => {
      const drawn = drawnCodec.parse(text);
      if (drawn !== undefined) expect(drawnCodec.parse(drawnCodec.write(drawn))).toEqual(drawn);
    }),
  );
});

test("a straight stroke of many points keeps two; a full paper takes no more", () => {
  const line: Stroke = Array.from({ length: 100 }, (_, index) => [0.1 + index / 200, 0.1 + index / 400]);
  expect(draw([line])[0]).toHaveLength(2);
  const zigzag: Stroke = Array.from({ length: 250 }, (_, index) => [(index % 50) / 50, index % 2 === 0 ? 0.2 : 0.8]);
  const full = draw([zigzag, zigzag, zigzag, zigzag]);
  expect(full.flat().length).toBeLessThanOrEqual(mostPoints);
  expect(full.length).toBeLessThan(4);
});

test("moving keeps the drawing's form and leaves it on the paper", () => {
  const paper = strokesOf("digits", { kind: "example", number: 3 });
  const moved = strokesOf("digits", movedBy(paper, 2, -1));
  moved.flat().forEach(([x, y], index) => {
    expect(x).toBeCloseTo((paper.flat()[index]?.[0] ?? 0) + 2 / 64, 10);
    expect(y).toBeCloseTo((paper.flat()[index]?.[1] ?? 0) - 1 / 64, 10);
  });
  const far = boxOf(strokesOf("digits", movedBy(paper, 1000, 1000)));
  expect(far.right).toBeLessThan(1);
  expect(far.bottom).toBeLessThan(1);
  expect(far.right - far.left).toBeCloseTo(boxOf(paper).right - boxOf(paper).left, 10);
  expect(strokesOf("digits", movedBy([], 3, 3))).toEqual([]);
});

test("erasing takes whole strokes", () => {
  const paper: readonly Stroke[] = [
    [
      [0.1, 0.1],
      [0.9, 0.1],
    ],
    [
      [0.5, 0.5],
      [0.5, 0.9],
    ],
  ];
  expect(strokesOf("digits", withoutLast(paper))).toEqual(paper.slice(0, 1));
  expect(strokesOf("digits", withoutNear(paper, [0.6, 0.12], 0.05))).toEqual(paper.slice(1));
  expect(strokesOf("digits", withoutNear(paper, [0.2, 0.6], 0.05))).toEqual(paper);
  expect(pictureOf("digits", []).every((dot) => dot === 0)).toBe(true);
});

test("examples of a class follow each other and are of that class", () => {
  let drawn: Drawn = { kind: "own", strokes: [] };
  const numbers = new Set<number>();
  for (let turn = 0; turn < 5; turn++) {
    drawn = nextExample("digits", drawn, 7);
    expect(labelOf("digits", drawn)).toBe(7);
    if (drawn.kind === "example") numbers.add(drawn.number);
  }
  expect(numbers.size).toBe(5);
  const other = nextExample("digits", { kind: "example", number: 13 }, 2);
  expect(other).toEqual({ kind: "example", number: 22 });
  expect(nextExample("digits", { kind: "example", number: 13 }, 5)).toEqual({ kind: "example", number: 15 });
});
