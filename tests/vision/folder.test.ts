/** Systems of pictures as folders: saved and opened to the same answers, refused where damaged; answers do not depend on company. */
import { describe, expect, test } from "vitest";
import { fitFeatureScope, judgeFeatures } from "../../src/audit/index.ts";
import { selectImages } from "../../src/data/index.ts";
import { folderOf, readFolder, sealFolder } from "../../src/io/modelFolder.ts";
import { ArgumentError, DataError } from "../../src/support/errors.ts";
import { answerAt } from "../../src/systems/answers.ts";
import { readVision, visionFolder } from "../../src/systems/vision/folder.ts";
import { VisionAnswerer } from "../../src/systems/vision/use.ts";
import { noise, SmallNetwork, untrained } from "./madeUp.ts";

const system = await untrained();
const content = await visionFolder(system);
const make = (settings: { channels: number; classes: number }) => new SmallNetwork(settings);

describe("a folder", () => {
  test("gives the same answers to the last bit", async () => {
    const files = await sealFolder(content);
    const opened = readVision(await readFolder(folderOf(files)), make);
    expect(opened.task).toEqual(system.task);
    const pictures = noise(21, { first: 31 }).pixels;
    const [before, after] = [
      await new VisionAnswerer(system).answer(pictures),
      await new VisionAnswerer(opened).answer(pictures),
    ];
    expect(after.probabilities).toEqual(before.probabilities);
    expect(after.sets).toEqual(before.sets);
    expect(after.distances).toEqual(before.distances);
  });

  test.each([
    ["care/scope.json", (text: string) => text.replace(/"width": \d+/, '"width": 11'), /references/],
    ["care/calibration.json", (text: string) => text.replace("1.5", "-1"), /temperature/],
  ])("with %s of another content is refused", async (path, change, message) => {
    const text = content.files.get(path);
    const files = new Map([...content.files, [path, change(String(text))]]);
    const folder = await readFolder(folderOf(await sealFolder({ ...content, files })));
    expect(() => readVision(folder, make)).toThrow(message);
    expect(() => readVision(folder, make)).toThrow(DataError);
  });

  test("with other settings than its weights is refused", async () => {
    const changed = { ...content.settings, task: { target: "colour", classes: ["a", "b"] } };
    const folder = await readFolder(folderOf(await sealFolder({ ...content, settings: changed })));
    expect(() => readVision(folder, make)).toThrow(/in 2 classes, and a network for .* 3/);
  });

  test("of another system is refused", async () => {
    const folder = await readFolder(folderOf(await sealFolder({ ...content, system: "tabular" })));
    expect(() => readVision(folder, make)).toThrow(/takes no pictures/);
  });
});

describe("answers", () => {
  test("do not depend on company", async () => {
    const set = noise(37);
    const answerer = new VisionAnswerer(system);
    const all = await answerer.answer(set.pixels);
    for (const row of [0, 15, 16, 36]) {
      const alone = await answerer.answer(selectImages(set, [row]).pixels);
      expect(answerAt(alone, 0)).toEqual(answerAt(all, row));
    }
  });

  test("have probabilities, sets and scope", async () => {
    const answers = await new VisionAnswerer(system).answer(noise(9).pixels);
    for (let row = 0; row < 9; row++) {
      const own = answers.probabilities.subarray(3 * row, 3 * row + 3);
      expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      own.forEach((value, label) => expect(answers.sets[3 * row + label]).toBe(1 - value <= 0.7 ? 1 : 0));
    }
    expect(answers.reason(0)).toContain("times as far");
  });

  test("refuse pictures of another size", async () => {
    await expect(new VisionAnswerer(system).answer(noise(2, { size: 9 }).pixels)).rejects.toThrow(ArgumentError);
  });
});

describe("the scope of features", () => {
  const around = (count: number, angle: number, first: number) =>
    Float32Array.from({ length: 2 * count }, (_, index) => {
      const own = angle + ((Math.imul((index >> 1) + first, 2654435761) >>> 16) % 1000) / 4000;
      return (1 + (index >> 1)) * (index % 2 === 0 ? Math.cos(own) : Math.sin(own));
    });
  const rule = fitFeatureScope({ width: 2, values: around(200, 0, 1) }, { width: 2, values: around(400, 0, 5000) });

  test("holds fresh rows as often as it was asked to, whatever their length", () => {
    const { inScope } = judgeFeatures(rule, { width: 2, values: around(1000, 0, 90_000) });
    const share = inScope.reduce((sum, value) => sum + value, 0) / 1000;
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThanOrEqual(1);
  });

  test("withholds rows in another direction", () => {
    const { inScope, ratio } = judgeFeatures(rule, { width: 2, values: around(50, 1, 1) });
    expect(Math.max(...inScope)).toBe(0);
    expect(Math.min(...ratio)).toBeGreaterThan(1);
  });

  test("names what does not fit", () => {
    const rows = { width: 3, values: new Float32Array(6) };
    expect(() => judgeFeatures(rule, rows)).toThrow(/rows of 3 features; the rule has 2/);
    expect(() => fitFeatureScope(rows, { width: 2, values: rows.values })).toThrow(ArgumentError);
    expect(() => fitFeatureScope(rows, { width: 3, values: new Float32Array(0) })).toThrow(DataError);
    const damaged = { width: 2, values: new Float32Array([1, Number.NaN]) };
    expect(() => judgeFeatures(rule, damaged)).toThrow(/picture 0 are not finite/);
  });
});
