/** `smilodon features`: the page of a small run, what it says of a picture, and the parts that it is made of. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { encodePng } from "../../src/data/index.ts";
import { PictureNetwork, readPictures } from "../../src/explain/index.ts";
import { seed } from "../../src/index.ts";
import { folderOnDisk, writeFolder } from "../../src/io/modelFolder.node.ts";
import { readFolder } from "../../src/io/modelFolder.ts";
import { PictureConcepts } from "../../src/systems/vision/features/concepts.ts";
import { type Decision, decisionInWords } from "../../src/systems/vision/features/decision.ts";
import { overlayOf, pixelsOf, sheetOf } from "../../src/systems/vision/features/paint.ts";
import { partsOf } from "../../src/systems/vision/features/parts.ts";
import { visionFolder } from "../../src/systems/vision/folder.ts";
import { createNetwork } from "../../src/systems/vision/networks/index.ts";
import { sketches } from "../../src/systems/vision/sketches/index.ts";
import { runWords } from "../cli/world.ts";
import { writeFiles } from "./files.ts";
import { untrained } from "./madeUp.ts";

const size = 12;

/** A run whose network has learned nothing, and pictures of cats and dogs. */
async function smallRun() {
  seed(3);
  const settings = {
    network: "lenet",
    channels: 3 as const,
    height: size,
    width: size,
    classes: 2,
    breadth: 0.25,
  } as const;
  const network = createNetwork(settings).eval();
  const system = await untrained({ classes: 2, size });
  const set = await sketches(16, { size, seed: 1 });
  const files: Record<string, Uint8Array> = {};
  for (const [index, name] of set.names.entries()) {
    const pixels = await set.pixels.read([index]);
    files[`pets/${set.classes[index % 2]}/${name}.png`] = await encodePng({
      pixels,
      height: size,
      width: size,
      channels: 3,
    });
  }
  const place = await writeFiles(files);
  await writeFolder(
    join(place, "run"),
    await visionFolder({ ...system, task: { target: "animal", classes: set.classes }, settings, network }),
  );
  return { place, picture: join(place, "pets/cat", `${set.names[0]}.png`) };
}

describe("the command", () => {
  test("writes a page that loads nothing, with units, patches, concepts and a decision; the run stays whole", async () => {
    const { place, picture } = await smallRun();
    const words = [
      "features",
      join(place, "run"),
      join(place, "pets"),
      "--picture",
      picture,
      "--concepts",
      join(place, "pets"),
    ];
    const outcome = await runWords([...words, "--units", "2", "--steps", "1", "--json"], commands);
    expect([outcome.code, outcome.messages]).toEqual([0, expect.any(String)]);
    const said = JSON.parse(outcome.output);
    expect(said.decisions[0].words).toMatch(/^(cat rather than dog|dog rather than cat) \(0\.\d\d\)/);
    expect(said.decisions[0].methods).toHaveLength(3);
    expect(said.decisions[0].methods[1].unexplained).toBeLessThanOrEqual(1e-3);
    expect(said.stages.at(-1).shown.map(({ concept }: { concept: string }) => concept)).toEqual(["cat", "dog"]);
    const page = await readFile(join(place, "run/features/index.html"), "utf8");
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|src="(?!data:)/);
    expect(await readdir(join(place, "run/features"))).toContain("filters.png");
    // What is beside a run does not change it
    expect((await readFolder(folderOnDisk(join(place, "run")))).system).toBe("vision");
  });

  test("says what is wrong with pictures and folders before it begins", async () => {
    const { place } = await smallRun();
    const run = join(place, "run");
    const missing = await runWords(["features", run, "--picture", join(place, "no.jpg")], commands);
    expect((await runWords(["explain", run, join(place, "no.jpg")], commands)).code).toBe(3);
    expect([missing.code, missing.messages]).toEqual([3, expect.stringContaining("no.jpg")]);
    const damaged = await runWords(["features", run, "--picture", join(run, "config.json")], commands);
    expect([damaged.code, damaged.messages]).toEqual([3, expect.stringContaining("config.json")]);
    expect((await runWords(["features", join(place, "nowhere")], commands)).code).toBe(3);
  });
});

describe("parts of a picture", () => {
  test("two hills are two parts, in words, the larger first; a low pass keeps them apart", () => {
    const map = new Float64Array(24 * 30);
    const hill = (row: number, column: number, height: number) => {
      for (let y = 0; y < 24; y++)
        for (let x = 0; x < 30; x++)
          map[y * 30 + x] = (map[y * 30 + x] ?? 0) + height * Math.exp(-((y - row) ** 2 + (x - column) ** 2) / 8);
    };
    hill(4, 4, 1);
    hill(20, 15, 2);
    const parts = partsOf(map, { height: 24, width: 30 });
    expect(parts.map(({ place }) => place)).toEqual(["bottom", "upper left"]);
    expect(parts[0]?.share).toBeGreaterThan(0.4);
    expect(parts[0]?.box.top).toBeGreaterThan(14);
    expect(
      partsOf(
        map.map((value) => -value),
        { height: 24, width: 30 },
      ),
    ).toEqual([]);
  });

  test("are counted where they have names", () => {
    const box = { top: 0, bottom: 1, left: 0, right: 1 };
    const part = (name: string, share: number, isConcept = true) => ({ name, share, isConcept, box, covered: 0.5 });
    const decision: Decision = {
      picture: new Float32Array(),
      answer: 0,
      other: 1,
      probability: 0.934,
      maps: [],
      parts: [
        part("nose", 0.22),
        part("ear", 0.2),
        part("ear", 0.11),
        part("lower left", 0.05, false),
        part("tail", 0),
      ],
    };
    expect(decisionInWords(decision, ["cat", "dog"])).toBe(
      "cat rather than dog (0.93), because of two ears 0.31, nose 0.22, lower left 0.05: shares of what speaks for the answer.",
    );
    expect(decisionInWords({ ...decision, parts: [] }, ["cat", "dog"])).toContain("no part of the picture stands out");
  });
});

test("what speaks for the answer is painted orange, what against it blue, at the pixel where it is", () => {
  const grey = pixelsOf(new Float32Array(15).fill(0.5), { channels: 1, height: 3, width: 5 });
  const map = new Float32Array(15);
  map[9] = 1;
  map[10] = -1;
  const { pixels } = overlayOf(grey, map);
  const at = (pixel: number) => Array.from(pixels.subarray(3 * pixel, 3 * pixel + 3));
  expect(at(9)[0]).toBeGreaterThan((at(9)[2] ?? 0) + 100);
  expect(at(10)[2]).toBeGreaterThan((at(10)[0] ?? 0) + 100);
  expect(new Set(at(0)).size).toBe(1);
  const sheet = sheetOf([grey, grey, grey], 2);
  expect([sheet.height, sheet.width]).toEqual([7, 11]);
});

test("concepts name the unit that tells them apart, and the part that shows them", async () => {
  const network = createNetwork({
    network: "lenet",
    channels: 3,
    height: size,
    width: size,
    classes: 2,
    breadth: 0.25,
  }).eval();
  const asked = new PictureNetwork(network, { channels: 3, height: size, width: size });
  // Red and blue pictures: some unit of a random network tells them apart
  const count = 32;
  const pixels = Uint8Array.from({ length: count * size * size * 3 }, (_, index) => {
    const picture = Math.floor(index / (size * size * 3));
    return index % 3 === (picture % 2 === 0 ? 0 : 2) ? 200 + picture : 20 + picture;
  });
  const examples = {
    ...(await sketches(count, { size })),
    classes: ["red", "blue"],
    pixels: { count, height: size, width: size, channels: 3, read: () => pixels },
  };
  const concepts = await PictureConcepts.learn(asked, examples);
  const [first] = network.stages.slice(1);
  const names = Array.from({ length: 4 }, (_, unit) => concepts.nameOfUnit(first?.name ?? "", unit));
  expect(names.filter((name) => name === "red" || name === "blue").length).toBeGreaterThan(0);
  const box = { top: 0, bottom: size, left: 0, right: size };
  const pictures = await readPictures(asked, examples.pixels, [0]);
  expect(await concepts.nameOfPart(pictures.subarray(0, asked.pictureSize), box)).toBe("red");
  expect(await concepts.nameOfPart(pictures.subarray(asked.pictureSize, 2 * asked.pictureSize), box)).toBe("blue");
  // Half of a picture is named by what it shows, whatever the other half does
  const halves = Float32Array.from({ length: asked.pictureSize }, (_, index) => {
    const channel = Math.floor(index / (size * size));
    return channel === (index % size < size / 2 ? 0 : 2) ? 0.85 : 0.12;
  });
  expect(await concepts.nameOfPart(halves, { ...box, right: size / 2 })).toBe("red");
  expect(await concepts.nameOfPart(halves, { ...box, left: size / 2 })).toBe("blue");
});
