/** What lies between a visitor and a training: texts of the address, data sets, own tables, places on the picture. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { networkLayout, rowHeight, unitDistance } from "../../src/studio/playground/parts/networkLayout.ts";
import { ticksOf } from "../../src/studio/playground/parts/ticks.ts";
import {
  choiceCodec,
  listCodec,
  mostPoints,
  numberCodec,
  pointsCodec,
} from "../../src/studio/playground/shell/codecs.ts";
import { mostRows, problemFromCsv } from "../../src/studio/playground/training/ownTable.ts";
import { pointsOf } from "../../src/studio/playground/training/points.ts";
import {
  boneLimits,
  makeProblem,
  type ProblemName,
  problems,
  squareAxes,
} from "../../src/studio/playground/training/problems.ts";
import { DataError } from "../../src/support/errors.ts";

describe("the address", () => {
  const points = pointsCodec(squareAxes);

  test("keeps own points to a 4096th of the plane", () => {
    const place = fc.double({ min: -1.2, max: 1.2, noNaN: true });
    const point = fc.record({ x: place, y: place, label: fc.constantFrom(0, 1) });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 30 }), (list) => {
        const back = points.parse(points.write(pointsOf(list)));
        list.forEach(({ x, y, label }, row) => {
          expect(back?.labels[row]).toBe(label);
          expect(Math.abs((back?.x[row] ?? 9) - x)).toBeLessThan(2.4 / 4095);
          expect(Math.abs((back?.y[row] ?? 9) - y)).toBeLessThan(2.4 / 4095);
        });
        expect(new URLSearchParams({ p: points.write(pointsOf(list)) }).toString()).not.toContain("%2");
      }),
    );
  });

  test("takes any text without an error, and only what it has written for a value", () => {
    const codecs = [points, numberCodec(0, 1), listCodec(2, 3), choiceCodec(problems)];
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const codec of codecs) codec.parse(text);
      }),
    );
    expect(points.parse("0000")).toBeUndefined();
    expect(points.parse("00002")).toBeUndefined();
    expect(points.parse("00001".repeat(mostPoints + 1))).toBeUndefined();
    expect(numberCodec(0, 1).parse("2")).toBeUndefined();
    expect(numberCodec(0, 1).parse("")).toBeUndefined();
    expect(listCodec(2, 3).parse("1_x")).toBeUndefined();
    expect(listCodec(2, 3).parse("1_2.5")).toEqual([1, 2.5]);
    expect(choiceCodec(problems).parse("toString")).toBeUndefined();
  });
});

describe("data sets", () => {
  const names = Object.keys(problems) as ProblemName[];

  test.each(names)("%s: as many as asked for, half of each class, equal for equal seeds, inside the plane", (name) => {
    const options = { seed: 5, count: 101, noise: 0 };
    const { points, x, y } = makeProblem(name, options);
    expect(points.labels.length).toBe(101);
    expect(points.labels.reduce((sum, label) => sum + label, 0)).toBe(50);
    expect(makeProblem(name, options).points).toEqual(points);
    expect(makeProblem(name, { ...options, seed: 6 }).points).not.toEqual(points);
    expect(makeProblem(name, { ...options, noise: 0.3 }).points).not.toEqual(points);
    for (const value of points.x) expect(value > x.low && value < x.high).toBe(true);
    for (const value of points.y) expect(value > y.low && value < y.high).toBe(true);
  });

  test("bones are those of cats and of dogs that could be cats", () => {
    const { points, classes } = makeProblem("bones", { seed: 7, count: 200, noise: 0 });
    expect(classes).toEqual(["cat", "dog"]);
    expect(Math.max(...points.x)).toBeLessThan(boneLimits.longest);
    expect(Math.max(...points.y)).toBeLessThan(boneLimits.heaviest);
  });
});

describe("an own table", () => {
  test("is read with its classes, whatever the separator", () => {
    const { problem, summary } = problemFromCsv("kind;a;b\nred;1,5;2\nblue;2,5;3\nred;3,5;4\nblue;4,5;\n");
    expect(problem.classes).toEqual(["blue", "red"]);
    expect([...problem.points.labels]).toEqual([1, 0, 1]);
    expect([...problem.points.x]).toEqual([1.5, 2.5, 3.5]);
    expect(problem.x.name).toBe("a");
    expect(problem.x.low).toBeLessThan(1.5);
    expect(summary).toContain("1 left out");
  });

  test("shows the columns that are asked for, as far as they can be", () => {
    const text = "a,b,c,kind,old\n1,4,7,x,0\n2,5,8,y,1\n3,6,9,x,1\n";
    const first = problemFromCsv(text);
    expect(first.choice).toEqual({ x: "a", y: "b", target: "kind" });
    expect([first.numbers, first.targets]).toEqual([
      ["a", "b", "c"],
      ["kind", "old"],
    ]);
    const { problem, choice } = problemFromCsv(text, { x: "c", y: "a", target: "old" });
    expect(choice).toEqual({ x: "c", y: "a", target: "old" });
    expect([...problem.points.x]).toEqual([7, 8, 9]);
    expect([...problem.points.labels]).toEqual([0, 1, 1]);
    expect(problemFromCsv(text, { x: "b", y: "b", target: "nobody" }).choice).toEqual({
      x: "b",
      y: "a",
      target: "kind",
    });
  });

  test("keeps both classes of a long table that is sorted by them", () => {
    const rows = Array.from(
      { length: 3 * mostRows },
      (_, row) => `${row},${row % 97},${row < 2.5 * mostRows ? "x" : "y"}`,
    );
    const { points } = problemFromCsv(`a,b,kind\n${rows.join("\n")}\n`).problem;
    expect(points.labels.reduce((sum, label) => sum + label, 0) / mostRows).toBeCloseTo(1 / 6, 2);
  });

  test("may have classes that are numbers, and is cut where it is long", () => {
    const rows = Array.from({ length: mostRows + 5 }, (_, row) => `${row},${row % 97},${row % 2}`);
    const { problem } = problemFromCsv(`x,y,label\n${rows.join("\n")}\n`);
    expect(problem.points.labels.length).toBe(mostRows);
    expect(problem.classes).toEqual(["0", "1"]);
  });

  test.each([
    ["no classes", "a,b\n1,2\n2,3\n3,4\n", "exactly two different values"],
    ["one column of numbers", "a,kind\n1,x\n2,y\n3,x\n", "two columns of numbers"],
    ["nothing", "", "the file is empty"],
    ["a wrong quote", 'a,b,c\n1,"2,x\n', "quote"],
  ])("is refused with a reason where it has %s", (_, text, reason) => {
    expect(() => problemFromCsv(text)).toThrow(DataError);
    expect(() => problemFromCsv(text)).toThrow(reason);
  });
});

test("units of a network never overlap, and stay on the picture", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 0, maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 1400 }), (hidden, more) => {
      const columns = [2, ...hidden, 1];
      const width = columns.length * 84 + more;
      const height = Math.max(4, ...columns) * rowHeight(width) + 8;
      const boxes = networkLayout(columns, { width, height });
      for (const { x, y, side } of boxes) {
        expect(x - side / 2).toBeGreaterThanOrEqual(0);
        expect(x + side / 2).toBeLessThanOrEqual(width);
        expect(y - side / 2).toBeGreaterThanOrEqual(0);
        expect(y + side / 2).toBeLessThanOrEqual(height);
      }
      boxes.forEach((box, index) => {
        const next = boxes[index + 1];
        if (next?.layer === box.layer) expect(next.y - box.y).toBeGreaterThanOrEqual(Math.max(box.side, 44));
      });
    }),
  );
  expect(unitDistance).toBeGreaterThanOrEqual(44);
});

test("ticks are round numbers inside the axis, and not too many", () => {
  expect(ticksOf(74, 144, 8)).toEqual([80, 90, 100, 110, 120, 130, 140]);
  expect(ticksOf(-1.2, 1.2, 5)).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect(ticksOf(1, 1, 5)).toEqual([]);
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6 }), (low, range) => {
      const ticks = ticksOf(low, low + range, 6);
      expect(ticks.length).toBeLessThanOrEqual(7);
    }),
  );
});
